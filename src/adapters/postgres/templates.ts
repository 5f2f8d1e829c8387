import type { ReasonTemplate, TemplateText } from "#domain/reason-template.ts";
import type { Templates } from "#ports/store.ts";
import type { ReasonTemplate as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

export function createTemplates(db: Db): Templates {
  return {
    async list() {
      const rows = await db.reasonTemplate.findMany({ where: { deletedAt: null }, orderBy: { id: "asc" } });
      return rows.map(templateOf);
    },
    async put(template) {
      const data = columns(template);
      const { count: updated } = await db.reasonTemplate.updateMany({
        where: { id: template.id, deletedAt: null },
        data,
      });
      if (updated === 1) return "updated";
      const anew = { ...data, createdAt: dateOf(template.createdAt), deletedAt: null };
      await db.reasonTemplate.upsert({
        where: { id: template.id },
        create: { ...anew, id: template.id },
        update: anew,
      });
      return "created";
    },
    async remove(id, at) {
      const { count } = await db.reasonTemplate.updateMany({
        where: { id, deletedAt: null },
        data: { deletedAt: dateOf(at) },
      });
      return count === 1;
    },
  };
}

function columns(template: ReasonTemplate) {
  return {
    texts: Object.fromEntries(
      Object.entries(template.texts).map(([locale, { name, reason }]) => [locale, { name, reason }]),
    ),
    collectors: [...template.collectors],
    windowHours: template.windowHours ?? null,
    answerByHours: template.answerByHours ?? null,
    updatedAt: dateOf(template.updatedAt),
    updatedBy: template.updatedBy,
  };
}

function templateOf(row: Row): ReasonTemplate {
  return absentNulls<ReasonTemplate>({
    id: row.id,
    texts: row.texts as unknown as Readonly<Record<string, TemplateText>>,
    collectors: row.collectors,
    windowHours: row.windowHours,
    answerByHours: row.answerByHours,
    createdAt: momentOf(row.createdAt),
    updatedAt: momentOf(row.updatedAt),
    updatedBy: row.updatedBy,
  });
}
