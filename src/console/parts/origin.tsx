import { makeStyles, tokens } from "@fluentui/react-components";
import { FolderZipRegular } from "@fluentui/react-icons/svg/folder-zip";
import { FormRegular } from "@fluentui/react-icons/svg/form";
import { MegaphoneRegular } from "@fluentui/react-icons/svg/megaphone";
import { SendRegular } from "@fluentui/react-icons/svg/send";
import { StarEmphasisRegular } from "@fluentui/react-icons/svg/star-emphasis";
import type { FluentIcon } from "@fluentui/react-icons";
import type { AgentUpload, LogFile, Report } from "#console/api/shapes.ts";
import { useT, type Translate } from "#console/i18n/use-t.ts";
import { AppLink } from "./app-link.tsx";

/**
 * Every way in which files come onto a ticket, each with its icon; its words are `origin.*` of the catalogue. `report` is one of
 * which it is not known here how it was made. Another way in is a row here, a text, and a line in `originOf`.
 */
const ORIGINS = {
  request: SendRegular,
  report: MegaphoneRegular,
  links: MegaphoneRegular,
  survey: StarEmphasisRegular,
  multipart: FormRegular,
  export: FolderZipRegular,
  agent_upload: FolderZipRegular,
} as const satisfies Readonly<Record<"request" | "report" | Report["origin"] | AgentUpload["basis"], FluentIcon>>;

export type Origin = keyof typeof ORIGINS;

export function isOrigin(word: unknown): word is Origin {
  return typeof word === "string" && Object.hasOwn(ORIGINS, word);
}

export function originWords(origin: Origin, t: Translate): string {
  return t(`origin.${origin}`);
}

/** By which way a file came in, as far as it is known here; undefined for a way that the console does not know. */
export function originOf(file: LogFile, reports: readonly Report[]): Origin | undefined {
  if (file.requestId !== undefined) return "request";
  if (file.agentUploadId !== undefined) return file.unproven ? "agent_upload" : "export";
  if (file.reportId === undefined) return undefined;
  return reports.find(({ id }) => id === file.reportId)?.origin ?? "report";
}

/** Where a file's own story is told: its request, its report on the ticket, or the ticket. */
export function storyOf({ requestId, reportId, ticketId }: LogFile): string {
  if (requestId !== undefined) return `/log-requests/${requestId}`;
  return reportId === undefined ? `/tickets/${ticketId}` : reportPath(ticketId, reportId);
}

export function reportPath(ticketId: string, reportId: string): string {
  return `/tickets/${ticketId}#report-${reportId}`;
}

const useStyles = makeStyles({
  icon: {
    fontSize: "16px",
    color: tokens.colorNeutralForeground3,
    verticalAlign: "text-bottom",
    marginInlineEnd: "6px",
  },
});

/** By which way something came in, in plain words. */
export function OriginLabel({ origin }: { readonly origin: Origin }) {
  const styles = useStyles();
  const { t } = useT();
  const Icon = ORIGINS[origin];
  return (
    <span data-origin={origin}>
      <Icon className={styles.icon} aria-hidden />
      {originWords(origin, t)}
    </span>
  );
}

/** A file's way in, as a link to where its story is told. */
export function FileOrigin({ file, reports }: { readonly file: LogFile; readonly reports: readonly Report[] }) {
  const origin = originOf(file, reports);
  if (origin === undefined) return null;
  return (
    <AppLink to={storyOf(file)}>
      <OriginLabel origin={origin} />
    </AppLink>
  );
}
