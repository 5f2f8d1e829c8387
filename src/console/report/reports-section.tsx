import { Button, makeStyles } from "@fluentui/react-components";
import { useState } from "react";
import type { Report } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Section } from "#console/parts/page.tsx";
import { ReportCard } from "./report-card.tsx";

const useStyles = makeStyles({ list: { listStyleType: "none", margin: "10px 0 0", padding: 0 } });

interface Props {
  /** Of the ticket, newest first, as they are now. */
  readonly reports: readonly Report[];
}

/**
 * What users reported on a ticket. A report changes in its place as it happens; one that comes while somebody reads waits
 * behind a word, so that nothing jumps.
 */
export function ReportsSection({ reports }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const [known, setKnown] = useState<ReadonlySet<string>>(() => new Set(reports.map(({ id }) => id)));
  if (reports.length === 0) return null;
  const shown = reports.filter(({ id }) => known.has(id));
  const fresh = reports.length - shown.length;
  return (
    <Section
      title={t("reports.title")}
      flush
      aside={
        fresh > 0 ? (
          <Button
            size="small"
            appearance="primary"
            shape="circular"
            onClick={() => setKnown(new Set(reports.map(({ id }) => id)))}
          >
            {t("reports.new", { count: fresh })}
          </Button>
        ) : undefined
      }
    >
      <ul className={styles.list}>
        {shown.map((report) => (
          <ReportCard key={report.id} report={report} userZone={report.userTimeZone} />
        ))}
      </ul>
    </Section>
  );
}
