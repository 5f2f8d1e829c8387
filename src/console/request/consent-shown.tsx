import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { LogRequestDetail, RecordedConsent } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Facts } from "#console/parts/facts.tsx";
import { Moment } from "#console/parts/moment.tsx";
import { fillText } from "#console/parts/fill-text.ts";

const useStyles = makeStyles({
  hash: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  text: {
    marginTop: "12px",
    padding: "12px 14px",
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    maxHeight: "340px",
    overflowY: "auto",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
});

interface Props {
  readonly request: LogRequestDetail;
}

/** The answer with the words that stood before the user when they gave it. */
export function ConsentShown({ request }: Props) {
  const { t } = useT();
  const styles = useStyles();
  const { consent } = request;
  if (!consent) return <Text>{t("consent.none")}</Text>;
  return (
    <>
      <Facts
        rows={[
          [t("consent.answer"), t(`decision.${consent.decision}`)],
          [t("consent.at"), <Moment key="at" at={consent.decidedAt} />],
          [
            t("consent.withdrawn"),
            consent.withdrawnAt === undefined ? undefined : <Moment key="back" at={consent.withdrawnAt} />,
          ],
          [t("consent.text"), `${consent.consentText.version} (${consent.consentText.locale})`],
          [
            t("consent.hash"),
            <span key="hash" className={styles.hash}>
              {consent.consentText.sha256}
            </span>,
          ],
        ]}
      />
      <TextShown consent={consent} />
    </>
  );
}

/** The registered words with what stood in their places, as they were recorded with the answer. */
function TextShown({ consent }: { readonly consent: RecordedConsent }) {
  const styles = useStyles();
  const { t } = useT();
  const { locale, text } = consent.consentText;
  if (text === undefined) return <p>{t("consent.otherText")}</p>;
  return (
    <div className={styles.text} lang={locale} dir="auto" tabIndex={0} role="region" aria-label={t("consent.asShown")}>
      {fillText(text, consent.shown)}
    </div>
  );
}
