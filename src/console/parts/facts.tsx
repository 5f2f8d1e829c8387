import { makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "minmax(6rem, max-content) minmax(0, 1fr)",
    gap: "8px 16px",
    alignItems: "baseline",
    margin: 0,
    "& dt": { color: tokens.colorNeutralForeground3 },
    "& dd": { margin: 0, minWidth: 0, overflowWrap: "anywhere" },
    "@media (max-width: 25em)": { gridTemplateColumns: "minmax(0, 1fr)", gap: "2px", "& dd": { marginBottom: "8px" } },
  },
});

export type FactRow = readonly [name: string, value: React.ReactNode];

/** Names and values, as a description list. Rows without a value are left out. */
export function Facts({ rows }: { readonly rows: readonly FactRow[] }) {
  return (
    <dl className={useStyles().list}>
      {rows.flatMap(([name, value]) =>
        value === undefined || value === null || value === ""
          ? []
          : [<dt key={`${name} name`}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>],
      )}
    </dl>
  );
}
