import type { Desk } from "./desk.ts";
import type { UploadEntry } from "./journal.ts";
import { fileName, type Rule, uploadsOf } from "./rule.ts";

/** Large files, where links take them in blocks. */
export const BLOCK_RULES = {
  "blocks-where-offered": {
    right: "Send blocks only by a link whose `upload` is `blocks`. Every other link takes one PUT of the whole file.",
    look(story) {
      const all = uploadsOf(story).filter(({ part }) => part !== "file");
      const wrong = all.find(({ takesBlocks }) => !takesBlocks);
      if (wrong)
        return { wrong: `The app sent ${fileName(story, wrong.fileId)} in blocks by a link for a whole file.` };
      return all.length > 0 ? "kept" : undefined;
    },
  },
  "block-ids": {
    right:
      "Give each block of a file an id in Base64, all of one length, of at most 64 bytes before they were encoded; percent-encode it in the URL.",
    look(story) {
      const all = uploadsOf(story).filter(({ part }) => part === "block");
      const wrong = all.find(isMalformed);
      if (wrong)
        return {
          wrong: `A block of ${fileName(story, wrong.fileId)} with the id "${wrong.blockId ?? ""}" was refused: ${wrong.code}.`,
        };
      return all.some(({ status }) => status === 201) ? "kept" : undefined;
    },
  },
  "block-list": {
    right:
      "When every block was answered 201, name each one once, in the order of the file, in a Put Block List: <BlockList><Latest>ID</Latest>…</BlockList>.",
    look(story) {
      const all = uploadsOf(story).filter(({ part }) => part === "list");
      const wrong = all.find(isMalformed);
      if (wrong) return { wrong: `The block list of ${fileName(story, wrong.fileId)} was refused: ${wrong.code}.` };
      return all.some(({ status }) => status === 201) ? "kept" : undefined;
    },
  },
  "goes-on-with-blocks": {
    right:
      "Remember which blocks were answered 201, also over a restart, and with a fresh link send only the others: neither those blocks again nor the whole file.",
    look(story) {
      const cut = uploadsOf(story).filter(({ part, status }) => part === "block" && status === 0);
      if (cut.length === 0) return undefined;
      for (const { id } of story.request.files) {
        const wrong = sentTwice(story, id);
        if (wrong !== undefined) return { wrong };
      }
      // Only a whole blob shows that nothing was left out.
      return cut.every(({ fileId }) => story.request.files.some(({ id, blob }) => id === fileId && blob))
        ? "kept"
        : undefined;
    },
  },
} as const satisfies Record<string, Rule>;

/** Of a token that does not belong there another rule speaks. */
function isMalformed({ status, carriedToken }: UploadEntry): boolean {
  return status === 400 && !carriedToken;
}

/** What of a file was sent although it was there; since its list was refused, where it was, as the app then begins anew. */
function sentTwice(story: Desk, fileId: string): string | undefined {
  const all = uploadsOf(story).filter((upload) => upload.fileId === fileId);
  const anew = all.findLast(({ part, status }) => part === "list" && status === 400)?.ended ?? 0;
  const there = all.filter(({ part, status, began }) => part === "block" && status === 201 && began > anew);
  const [first] = there;
  if (!first) return undefined;
  const name = fileName(story, fileId);
  const isAgain = (one: UploadEntry) =>
    there.some(({ blockId, ended }) => blockId === one.blockId && ended < one.began);
  const again = all.find((one) => one.part === "block" && isAgain(one));
  if (again) return `The block ${again.blockId} of ${name} was there, and the app sent it again.`;
  if (all.some(({ part, began }) => part === "file" && began > first.ended))
    return `Blocks of ${name} were there, and the app sent it whole from the beginning.`;
  const sentBytes = there.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const sizeBytes = story.request.files.find(({ id }) => id === fileId)?.sizeBytes ?? 0;
  return sentBytes > sizeBytes
    ? `${name} has ${sizeBytes} bytes, and its blocks had ${sentBytes}: the app sent some of them again under other ids.`
    : undefined;
}
