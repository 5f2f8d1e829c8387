import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { previewQuery } from "#console/api/queries.ts";
import { useNow } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Section } from "#console/parts/page.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { fillText } from "#console/parts/fill-text.ts";
import { draftOf, languageOfTag, type Ask } from "./ask.ts";

const useStyles = makeStyles({
  root: { display: "grid", gap: "12px" },
  phone: {
    justifySelf: "center",
    width: "100%",
    maxWidth: "400px",
    boxSizing: "border-box",
    padding: "28px 20px 20px",
    borderRadius: "28px",
    border: `6px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    lineHeight: tokens.lineHeightBase300,
    maxHeight: "min(640px, calc(100vh - 220px))",
    overflowY: "auto",
  },
});

interface Props {
  readonly ask: Ask;
  readonly userId: string;
  readonly ticketId: string;
}

/** The exact prompt, in the user's language, as the words are typed. */
export function PromptPreview({ ask, userId, ticketId }: Props) {
  const styles = useStyles();
  const { t, language } = useT();
  const now = useNow();
  // The reason is put in here, so that each letter shows at once and the server is not asked for it.
  const { data, error, isPending, refetch } = useQuery({
    ...previewQuery(draftOf(ask, userId, ticketId, now)),
    placeholderData: (before) => before,
  });
  const names = new Intl.DisplayNames(language, { type: "language" });
  const theirs = languageOfTag(data?.userLocale);
  const isOther = theirs !== undefined && theirs !== languageOfTag(language);
  return (
    <Section title={t("preview.title")}>
      <div className={styles.root}>
        {isOther ? (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t("preview.otherLanguage", { language: names.of(theirs) ?? theirs })}</MessageBarBody>
          </MessageBar>
        ) : null}
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
        {isPending ? <SkeletonRows count={5} height={24} /> : null}
        {data ? (
          <div
            className={styles.phone}
            lang={data.consentText.locale}
            dir="auto"
            tabIndex={0}
            role="region"
            aria-label={t("preview.title")}
            data-preview
          >
            {fillText(data.consentText.text, {
              files: t("preview.files"),
              totalSize: t("preview.size"),
              collectors: t("preview.collectors"),
              ...data.consentValues,
              reason: ask.reason.trim() === "" ? t("preview.reason") : ask.reason.trim(),
            })}
          </div>
        ) : null}
      </div>
    </Section>
  );
}
