import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { DocumentTextRegular } from "@fluentui/react-icons/svg/document-text";
import { PhoneRegular } from "@fluentui/react-icons/svg/phone";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { useT } from "#console/i18n/use-t.ts";

const useStyles = makeStyles({
  root: { display: "grid", justifyItems: "center", gap: "24px", padding: "48px 20px", textAlign: "center" },
  title: { margin: 0 },
  steps: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(200px, 100%), 1fr))",
    gap: "16px",
    listStyleType: "none",
    margin: 0,
    padding: 0,
    maxWidth: "820px",
    width: "100%",
  },
  step: {
    display: "grid",
    gap: "8px",
    justifyItems: "center",
    alignContent: "start",
    padding: "20px 16px",
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  icon: { fontSize: "28px", color: tokens.colorBrandForeground1, lineHeight: 1 },
});

/** What happens, in three steps, for whoever has not asked anybody yet. */
export function FirstUse({ onNew }: { readonly onNew: (() => void) | undefined }) {
  const styles = useStyles();
  const { t } = useT();
  const steps = [
    { icon: <SendRegular />, title: t("first.ask"), text: t("first.ask.text") },
    { icon: <PhoneRegular />, title: t("first.decide"), text: t("first.decide.text") },
    { icon: <DocumentTextRegular />, title: t("first.read"), text: t("first.read.text") },
  ];
  return (
    <div className={styles.root}>
      <Text as="h2" size={500} weight="semibold" className={styles.title}>
        {t("first.title")}
      </Text>
      <ol className={styles.steps}>
        {steps.map(({ icon, title, text }) => (
          <li key={title} className={styles.step}>
            <span className={styles.icon} aria-hidden>
              {icon}
            </span>
            <Text weight="semibold">{title}</Text>
            <Text size={200}>{text}</Text>
          </li>
        ))}
      </ol>
      {onNew ? (
        <Button appearance="primary" size="large" icon={<AddRegular />} onClick={onNew}>
          {t("new.title")}
        </Button>
      ) : null}
    </div>
  );
}
