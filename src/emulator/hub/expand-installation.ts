import type { Installation, InstallationTemplate, SecondaryTile } from "./installation.ts";
import type { Registration } from "./registration.ts";
import { uniteTags } from "./tags.ts";

/** What a registration is before the hub gives it an id and a version. */
export type RegistrationDraft = Omit<Registration, "id" | "etag">;

/**
 * The registrations that the service makes of an installation: one native and one for each template, the same again for
 * each secondary tile; all tagged `$InstallationId:{id}` and `$UserId:{userId}`, a template's also with the template's name.
 * Source: recorded registration reads of installations, the SDK's README, the documentation of installations.
 */
export function expandInstallation(installation: Installation): RegistrationDraft[] {
  const system = [`$InstallationId:{${installation.installationId}}`];
  if (installation.userId !== undefined) system.push(`$UserId:{${installation.userId}}`);
  const { pushChannel } = installation;
  const channel =
    typeof pushChannel === "string"
      ? channelOfText(installation, pushChannel)
      : { handle: pushChannel.endpoint, handleParts: [pushChannel.endpoint, pushChannel.p256dh, pushChannel.auth] };
  const drafts = expandChannel(
    installation,
    channel,
    [...system, ...(installation.tags ?? [])],
    installation.templates,
  );
  for (const [name, tile] of Object.entries(installation.secondaryTiles ?? {}))
    drafts.push(...expandTile(installation, name, tile, system));
  return drafts;
}

function expandTile(
  installation: Installation,
  name: string,
  tile: SecondaryTile,
  system: readonly string[],
): RegistrationDraft[] {
  return expandChannel(
    installation,
    { handle: tile.pushChannel },
    [...system, ...(tile.tags ?? [])],
    tile.templates,
  ).map((draft) => ({
    ...draft,
    secondaryTileName: name,
  }));
}

function expandChannel(
  installation: Installation,
  channel: Pick<Registration, "handle" | "handleParts">,
  tags: readonly string[],
  templates: Readonly<Record<string, InstallationTemplate>> = {},
): RegistrationDraft[] {
  const native: RegistrationDraft = {
    platform: installation.platform,
    ...channel,
    tags,
    installationId: installation.installationId,
    expirationTime: installation.expirationTime,
    ...(installation.pushVariables && { pushVariables: installation.pushVariables }),
  };
  return [native, ...Object.entries(templates).map(([name, template]) => templateDraft(native, name, template))];
}

function templateDraft(native: RegistrationDraft, name: string, template: InstallationTemplate): RegistrationDraft {
  return {
    ...native,
    tags: uniteTags(native.tags, [name, ...(template.tags ?? [])]),
    template: {
      name,
      body: template.body,
      headers: template.headers ?? {},
      ...(template.expiry !== undefined && { expiry: template.expiry }),
    },
  };
}

/** Baidu's channel in an installation is `{userId}-{channelId}` (.NET's tests). */
function channelOfText(installation: Installation, channel: string): Pick<Registration, "handle" | "handleParts"> {
  if (installation.platform.name !== "baidu") return { handle: channel };
  const dash = channel.indexOf("-");
  return { handle: channel, handleParts: dash < 0 ? [channel, ""] : [channel.slice(0, dash), channel.slice(dash + 1)] };
}
