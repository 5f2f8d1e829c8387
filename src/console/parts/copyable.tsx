import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { useT } from "#console/i18n/use-t.ts";
import { useNotify } from "#console/shell/use-notify.tsx";

const useStyles = makeStyles({
  text: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
  },
  // Right behind the last line of what it copies.
  button: { verticalAlign: "middle", marginInlineStart: "2px" },
  list: { display: "grid", justifyItems: "start", gap: "2px" },
});

/** An id as it is, with a button that takes it along to another system. */
export function Copyable({ name, text }: { readonly name: string; readonly text: string }) {
  const styles = useStyles();
  const { t } = useT();
  const notify = useNotify();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    notify(t("copy.done"));
  };
  return (
    <span>
      <bdi className={styles.text}>{text}</bdi>
      <Button
        className={styles.button}
        appearance="subtle"
        size="small"
        icon={<CopyRegular />}
        aria-label={t("copy.name", { name: `${name} ${text}` })}
        title={t("copy.name", { name })}
        onClick={() => void copy()}
      />
    </span>
  );
}

/** Several ids of one kind, under each other; undefined where there is none. */
export function copyables(name: string, texts: readonly string[]): React.ReactNode {
  return texts.length === 0 ? undefined : <Copyables name={name} texts={texts} />;
}

function Copyables({ name, texts }: { readonly name: string; readonly texts: readonly string[] }) {
  return (
    <span className={useStyles().list}>
      {texts.map((text) => (
        <Copyable key={text} name={name} text={text} />
      ))}
    </span>
  );
}
