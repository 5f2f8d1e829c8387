import { Button, makeStyles, Text, tokens, useRestoreFocusTarget } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { CommentNoteRegular } from "@fluentui/react-icons/svg/comment-note";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { EditRegular } from "@fluentui/react-icons/svg/edit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fetchApi } from "#console/api/call-api.ts";
import { templatesQuery } from "#console/api/queries.ts";
import type { Template } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Confirm } from "#console/parts/confirm.tsx";
import { Page, Section } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { templateName } from "./template-name.ts";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayLead } from "#console/shell/roles.ts";
import { TemplateEditor } from "./template-editor.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(360px, 100%), 1fr))",
    gap: "16px",
    alignItems: "start",
  },
  texts: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "12px" },
  text: { display: "grid", gap: "2px", justifyItems: "start" },
  quiet: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    display: "block",
    marginTop: "12px",
  },
  actions: { display: "flex", gap: "4px" },
});

/** Languages that the product speaks whole: a template without one of them is marked. */
const WANTED = ["en", "de"];

/** Reasons that agents need again and again. Leads and admins write them. */
export function TemplatesScreen() {
  const styles = useStyles();
  const { t } = useT();
  const isLead = mayLead(useMe());
  const { data, error, isPending, refetch } = useQuery(templatesQuery);
  const [edited, setEdited] = useState<Template | "new">();
  const cameFrom = useRestoreFocusTarget();
  return (
    <Page
      title={t("templates.title")}
      actions={
        isLead ? (
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setEdited("new")} {...cameFrom}>
            {t("templates.new")}
          </Button>
        ) : undefined
      }
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <SkeletonRows /> : null}
      {data?.length === 0 ? (
        <EmptyState icon={<CommentNoteRegular />} title={t("templates.none")} hint={t("templates.none.hint")} />
      ) : null}
      <div className={styles.grid}>
        {data?.map((template) => (
          <TemplateCard key={template.id} template={template} isLead={isLead} onEdit={() => setEdited(template)} />
        ))}
      </div>
      {edited === undefined ? null : (
        <TemplateEditor template={edited === "new" ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </Page>
  );
}

interface CardProps {
  readonly template: Template;
  readonly isLead: boolean;
  readonly onEdit: () => void;
}

function TemplateCard({ template, isLead, onEdit }: CardProps) {
  const styles = useStyles();
  const { t, language } = useT();
  const format = useFormat();
  const client = useQueryClient();
  const cameFrom = useRestoreFocusTarget();
  const labelOf = useCollectorLabel();
  const names = new Intl.DisplayNames(language, { type: "language" });
  const rank = (tag: string) => (tag === language ? 0 : 1);
  const missing = WANTED.filter((tag) => template.texts[tag] === undefined);
  // One's own language first.
  const texts = Object.entries(template.texts).toSorted(([one], [other]) => rank(one) - rank(other));
  const title = templateName(template, language);
  const remove = async () => {
    await fetchApi("DELETE", `/v1/templates/${template.id}`);
    await client.invalidateQueries({ queryKey: ["templates"] });
  };
  return (
    <Section
      title={title}
      aside={
        isLead ? (
          <span className={styles.actions}>
            <Button
              size="small"
              appearance="subtle"
              icon={<EditRegular />}
              onClick={onEdit}
              {...cameFrom}
              aria-label={t("templates.edit", { name: title })}
            />
            <Confirm
              trigger={
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<DeleteRegular />}
                  aria-label={t("templates.delete", { name: title })}
                />
              }
              title={t("templates.delete", { name: title })}
              text={t("templates.delete.text")}
              action={t("delete")}
              onConfirm={remove}
            />
          </span>
        ) : undefined
      }
    >
      <ul className={styles.texts}>
        {texts.map(([tag, { name, reason }]) => (
          <li key={tag} className={styles.text}>
            <ToneBadge tone="informative">{names.of(tag) ?? tag}</ToneBadge>
            {name === title ? null : (
              <Text weight="semibold" lang={tag}>
                {name}
              </Text>
            )}
            <Text lang={tag}>{reason}</Text>
          </li>
        ))}
        {missing.map((tag) => (
          <li key={tag}>
            <ToneBadge tone="warning">{t("templates.missing", { language: names.of(tag) ?? tag })}</ToneBadge>
          </li>
        ))}
      </ul>
      <span className={styles.quiet}>
        {template.id}
        {template.collectors.length > 0 ? ` · ${format.list(template.collectors.map(labelOf))}` : null}
        {template.windowHours === undefined ? null : ` · ${t("window.hours", { count: template.windowHours })}`}
      </span>
    </Section>
  );
}
