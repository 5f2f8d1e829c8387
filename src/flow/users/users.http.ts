import { renderInstallation, renderUser } from "#contract/render-user.ts";
import * as routes from "#contract/users.ts";
import { Problem } from "#domain/problems.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

export interface UserRoutes {
  readonly store: Store;
  readonly clock: Clock;
  readonly publicUrl: PublicUrl;
}

/** Serves people to agents, and takes them from the app's back end. */
export function serveUsers(kit: HttpKit, { store, clock, publicUrl }: UserRoutes): void {
  const find = async (userId: string) => {
    const user = await store.users.find(userId);
    if (!user) throw new Problem("not_found");
    return user;
  };

  kit.serve(routes.searchUsers, async ({ query }) => {
    const page = await store.users.search({
      limit: query.limit,
      ...(query.query === undefined ? {} : { query: query.query }),
      ...(query.after === undefined ? {} : { after: query.after }),
    });
    return { status: 200, body: renderPage(page, renderUser, { publicUrl, path: "/v1/users", query }) };
  });

  kit.serve(routes.getUser, async ({ params }) => ({ status: 200, body: renderUser(await find(params.userId)) }));

  kit.serve(routes.listUserInstallations, async ({ params }) => {
    const user = await find(params.userId);
    const installations = await store.installations.ofUser(user.id);
    return { status: 200, body: { value: installations.map(renderInstallation) } };
  });

  kit.serve(routes.putUser, async ({ params, body, caller }) =>
    store.transaction(async (tx) => {
      const now = clock.now();
      const { label, locale, timeZone, contacts } = body;
      const standing = await tx.users.find(params.userId);
      const user = {
        id: params.userId,
        contacts,
        ...(label === undefined ? {} : { label }),
        ...(locale === undefined ? {} : { locale }),
        ...(timeZone === undefined ? {} : { timeZone }),
        createdAt: standing?.createdAt ?? now,
        updatedAt: now,
      };
      const outcome = await tx.users.put(user);
      await tx.append([
        {
          type: outcome === "created" ? "user.created" : "user.updated",
          at: now,
          actor: actorOf(caller),
          userId: user.id,
          data: { fields: Object.keys(body) },
        },
      ]);
      return { status: outcome === "created" ? 201 : 200, body: renderUser(user) };
    }),
  );
}
