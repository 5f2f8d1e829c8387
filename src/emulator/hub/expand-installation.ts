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
  const { pushChannel } = installation;
  const channel =
    typeof pushChannel === "string"
      ? channelOfText(installation, pushChannel)
      : { handle: pushChannel.endpoint, handleParts: [pushChannel.endpoint, pushChannel.p256dh, pushChannel.auth] };
  const drafts = expandChannel(installation, channel, installation);
  for (const [secondaryTileName, tile] of Object.entries(installation.secondaryTiles ?? {})) {
    for (const draft of expandChannel(installation, { handle: tile.pushChannel }, tile))
      drafts.push({ ...draft, secondaryTileName });
  }
  return drafts;
}

/** `bearer` is what has tags and templates: the installation itself, or one of its tiles. */
function expandChannel(
  installation: Installation,
  channel: Pick<Registration, "handle" | "handleParts">,
  bearer: Pick<SecondaryTile, "tags" | "templates">,
): RegistrationDraft[] {
  const native: RegistrationDraft = {
    platform: installation.platform,
    ...channel,
    ownTags: bearer.tags ?? NO_TAGS,
    installationId: installation.installationId,
    expirationTime: installation.expirationTime,
    ...(installation.userId !== undefined && { userId: installation.userId }),
    ...(installation.pushVariables && { pushVariables: installation.pushVariables }),
  };
  return [
    native,
    ...Object.entries(bearer.templates ?? {}).map(([name, template]) => templateDraft(native, name, template)),
  ];
}

const NO_TAGS: readonly string[] = [];

function templateDraft(native: RegistrationDraft, name: string, template: InstallationTemplate): RegistrationDraft {
  const { body, headers = {}, expiry } = template;
  return {
    ...native,
    ownTags: uniteTags(native.ownTags, [name, ...(template.tags ?? [])]),
    template: { name, body, headers, ...(expiry !== undefined && { expiry }) },
  };
}

/** Baidu's channel in an installation is `{userId}-{channelId}` (.NET's tests). */
function channelOfText(installation: Installation, channel: string): Pick<Registration, "handle" | "handleParts"> {
  if (installation.platform.name !== "baidu") return { handle: channel };
  const dash = channel.indexOf("-");
  return { handle: channel, handleParts: dash < 0 ? [channel, ""] : [channel.slice(0, dash), channel.slice(dash + 1)] };
}
