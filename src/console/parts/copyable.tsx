import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { useT } from "#console/i18n/use-t.ts";
import { useNotify } from "#console/shell/use-notify.tsx";

const BUTTON_PX = 28;

const useStyles = makeStyles({
  // The button lies in room that is kept behind the last line: it never stands on a line alone. Around the text and not of it,
  // for an id is written from left to right on pages that are not.
  room: { paddingInlineEnd: `${BUTTON_PX}px` },
  text: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
  },
  button: { verticalAlign: "middle", marginInlineStart: `-${BUTTON_PX}px` },
  list: { display: "grid", gap: "2px" },
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
      <span className={styles.room}>
        <bdi className={styles.text}>{text}</bdi>
      </span>
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
