import { HubError } from "./hub-error.ts";

/** A tag that a client may set: documented characters, and Unicode word characters as .NET's validator has them. */
const TAG = /^[-_@#.:\p{L}\p{N}\p{M}]{1,120}$/u;

/** The serialized size that the service itself was seen to refuse (a public issue quotes its answer), in characters. */
const MAX_SERIALIZED_TAGS = 8000;

/** Documented maximum of tags on a registration; the service was seen to take more, so it is refused only on request. */
export const MAX_TAGS = 60;

/**
 * Checks tags as the service does.
 *
 * @param strict whether more than 60 tags are refused.
 * @returns the tags without repetition.
 * @throws HubError 400 in the service's words where they are known.
 */
export function checkTags(tags: readonly string[], strict: boolean): string[] {
  for (const tag of tags) {
    if (tag.startsWith("$")) throw new HubError(400, "Tags can not start with $");
    if (!TAG.test(tag)) {
      throw new HubError(
        400,
        `An invalid tag(s) '${tag}' was supplied. Valid tag characters are alphanumeric, _, @, -, ., : and #`,
      );
    }
  }
  const size = tags.join(",").length;
  if (size > MAX_SERIALIZED_TAGS) {
    throw new HubError(
      400,
      `Registration Tags serialized size is more than maximum supported value. Actual Size: '${size}' and Max Allowed Size: '${MAX_SERIALIZED_TAGS}'`,
    );
  }
  if (strict && tags.length > MAX_TAGS)
    throw new HubError(400, `A registration has at most ${MAX_TAGS} tags; ${tags.length} were supplied`);
  return uniteTags([], tags);
}

/** Joins two lists of tags; the first spelling of a tag stays. */
export function uniteTags(first: readonly string[], second: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...first, ...second].filter((tag) => {
    const key = tag.toLowerCase();
    return seen.has(key) ? false : seen.add(key);
  });
}
