import { renderTemplate } from "#contract/render-template.ts";
import * as routes from "#contract/templates.ts";
import type { ReasonTemplate } from "#domain/reason-template.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

/** Serves reason templates to agents; leads write them. */
export function serveTemplates(kit: HttpKit, { store, clock }: { readonly store: Store; readonly clock: Clock }): void {
  kit.serve(routes.listTemplates, async () => ({
    status: 200,
    body: { value: (await store.templates.list()).map(renderTemplate) },
  }));

  kit.serve(routes.putTemplate, async ({ params, body, caller }) =>
    store.transaction(async (tx) => {
      const now = clock.now();
      const { texts, collectors, windowHours, answerByHours } = body;
      const standing = (await tx.templates.list()).find(({ id }) => id === params.templateId);
      const template: ReasonTemplate = {
        id: params.templateId,
        texts,
        collectors,
        ...(windowHours === undefined ? {} : { windowHours }),
        ...(answerByHours === undefined ? {} : { answerByHours }),
        createdAt: standing?.createdAt ?? now,
        updatedAt: now,
        updatedBy: caller.id,
      };
      const outcome = await tx.templates.put(template);
      const data = { templateId: template.id, locales: Object.keys(texts).toSorted() };
      await tx.append([{ type: "template.put", at: now, actor: actorOf(caller), data }]);
      return { status: outcome === "created" ? 201 : 200, body: renderTemplate(template) };
    }),
  );

  kit.serve(routes.deleteTemplate, async ({ params, caller }) => {
    await store.transaction(async (tx) => {
      const now = clock.now();
      if (!(await tx.templates.remove(params.templateId, now))) return;
      const data = { templateId: params.templateId };
      await tx.append([{ type: "template.deleted", at: now, actor: actorOf(caller), data }]);
    });
    return { status: 204 };
  });
}
