import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { previewQuery, templatesQuery } from "#console/api/queries.ts";
import { useNow } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Section } from "#console/parts/page.tsx";
import { ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { draftOf, languageOfTag, templateText, type Ask } from "./ask.ts";
import { ConsentPreview } from "./consent-preview.tsx";

const useStyles = makeStyles({
  root: { display: "grid", gap: "12px" },
  phone: {
    justifySelf: "center",
    width: "100%",
    maxWidth: "25rem",
    boxSizing: "border-box",
    borderRadius: "28px",
    border: `6px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    maxHeight: "min(640px, calc(100vh - 220px))",
    overflowY: "auto",
  },
});

interface Props {
  readonly ask: Ask;
  readonly userId: string;
  readonly ticketId: string;
}

/** The exact prompt, on the screen that the user will see, as the words are typed. */
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
  // A template's own words in their language need no warning; once they are changed, nobody knows.
  const { data: templates } = useQuery(templatesQuery);
  const template = templates?.find(({ id }) => id === ask.templateId);
  const ready = template && templateText(template, data?.userLocale);
  const isTheirs = ready?.isTranslated === true && ready.text?.reason.trim() === ask.reason.trim();
  const isOther = theirs !== undefined && theirs !== languageOfTag(language) && !isTheirs;
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
          <div className={styles.phone} tabIndex={0} role="region" aria-label={t("preview.title")} data-preview>
            <ConsentPreview
              text={data.consentText}
              values={{
                files: t("preview.files"),
                totalSize: t("preview.size"),
                collectors: t("preview.collectors"),
                ...data.consentValues,
                reason: ask.reason.trim() === "" ? t("preview.reason") : ask.reason.trim(),
              }}
            />
          </div>
        ) : null}
      </div>
    </Section>
  );
}
