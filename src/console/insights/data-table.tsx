import { makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  scroller: { overflowX: "auto", maxHeight: "320px", overflowY: "auto" },
  table: {
    width: "100%",
    borderCollapse: "collapse",
    fontVariantNumeric: "tabular-nums",
    // It can be scrolled; a word that is broken cannot be read.
    overflowWrap: "normal",
    "& th, & td": { padding: "6px 8px", textAlign: "end", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
    "& th:first-child, & td:first-child": { textAlign: "start" },
    "& thead th": { color: tokens.colorNeutralForeground3, fontWeight: tokens.fontWeightRegular },
    "& tbody th": { fontWeight: tokens.fontWeightRegular },
  },
});

interface Props {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The figures of a chart, for whoever reads numbers better, or reads with their ears. */
export function DataTable({ caption, head, rows }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label={caption}>
      <table className={styles.table}>
        <caption className="heard-only">{caption}</caption>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, index) => (
                <td key={head[index + 1]}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
