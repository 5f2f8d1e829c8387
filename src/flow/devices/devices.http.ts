import * as routes from "#contract/devices.ts";
import { formatTime, parseTime } from "#contract/primitives.ts";
import { renderInstallation } from "#contract/render-user.ts";
import { createInstallationToken } from "#contract/users.ts";
import { Problem } from "#domain/problems.ts";
import type { InstallationTokens } from "#http/authenticate.ts";
import { actorOf, type CallerOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { PushGateway } from "#ports/push-gateway.ts";
import type { Store } from "#ports/store.ts";
import { createTestPush } from "./test-push.ts";
import { registerInstallation, removeInstallation, type InstallationContent } from "./register-installation.ts";

export interface DeviceRoutes {
  readonly store: Store;
  readonly clock: Clock;
  readonly installationTokens: InstallationTokens;
  readonly gateway: Pick<PushGateway, "sendTest">;
  readonly ids: Ids;
}

/** Serves registration for push to devices, and tokens for them to the app's back end. */
export function serveDevices(kit: HttpKit, deps: DeviceRoutes): void {
  const { store, clock, installationTokens } = deps;
  const sendTestPush = createTestPush(deps);

  kit.serve(routes.putInstallation, async ({ params, body, caller }) => {
    requireOwn(caller, params.installationId);
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as typeof body;
    const content = {
      ...given,
      collectors: body.collectors.map(({ oldestAt, ...rest }) => ({
        ...rest,
        ...(oldestAt === undefined ? {} : { oldestAt: parseTime(oldestAt) }),
      })),
    } as InstallationContent;
    const { installation, created } = await registerInstallation(deps, actorOf(caller), {
      id: params.installationId,
      userId: caller.userId,
      content,
    });
    return { status: created ? 201 : 200, body: renderInstallation(installation) };
  });

  kit.serve(routes.deleteInstallation, async ({ params, caller }) => {
    requireOwn(caller, params.installationId);
    await removeInstallation(deps, actorOf(caller), { id: params.installationId, userId: caller.userId });
    return { status: 204 };
  });

  kit.serve(routes.testPush, async ({ params, caller }) => {
    requireOwn(caller, params.installationId);
    return { status: 200, body: await sendTestPush(params.installationId, caller.userId) };
  });

  kit.serve(createInstallationToken, async ({ body, caller }) => {
    const { userId, installationId, ttlSeconds } = body;
    const now = clock.now();
    const expiresAt = now + ttlSeconds * 1000;
    const token = await installationTokens.create({
      userId,
      expiresAt,
      ...(installationId === undefined ? {} : { installationId }),
    });
    await store.transaction((tx) =>
      tx.append([
        {
          type: "installationToken.created",
          at: now,
          actor: actorOf(caller),
          userId,
          ...(installationId === undefined ? {} : { installationId }),
          data: { ttlSeconds },
        },
      ]),
    );
    return { status: 201, body: { token, expiresAt: formatTime(expiresAt) } };
  });
}

/** A token that was made for one installation cannot speak for another. */
function requireOwn(caller: CallerOf<"device">, installationId: string): void {
  if (caller.installationId !== undefined && caller.installationId !== installationId) throw new Problem("not_found");
}
