/** One picture of a recording, as a browser gives it. */
export interface Frame {
  /** A whole WebP file. */
  readonly webp: Uint8Array;
  readonly durationMs: number;
}

const HAS_ANIMATION = 0x02;
/** Of a still file: the picture itself, and its transparency where it has any. */
const PICTURE_CHUNKS = ["ALPH", "VP8 ", "VP8L"];
const FILE_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** What a frame's duration can say: 24 bits of milliseconds. */
const LONGEST_MS = 0xff_ff_ff;

/**
 * One animated WebP of still ones, repeated for ever. Source: RFC 9649 (WebP Image Format), section 2.7.
 *
 * @throws Error when there is no frame, or one is no WebP file
 */
export function animateWebp(
  frames: readonly Frame[],
  size: { readonly width: number; readonly height: number },
): Buffer {
  if (frames.length === 0) throw new Error("A recording needs a frame.");
  const { width, height } = size;
  const features = Buffer.alloc(10);
  features.writeUInt8(HAS_ANIMATION, 0);
  features.writeUIntLE(width - 1, 4, 3);
  features.writeUIntLE(height - 1, 7, 3);
  // Background of no colour, and 0 for "for ever".
  const chunks = [asChunk("VP8X", features), asChunk("ANIM", Buffer.alloc(6))];
  for (const { webp, durationMs } of frames) {
    const place = Buffer.alloc(16);
    place.writeUIntLE(width - 1, 6, 3);
    place.writeUIntLE(height - 1, 9, 3);
    place.writeUIntLE(Math.min(Math.round(durationMs), LONGEST_MS), 12, 3);
    chunks.push(asChunk("ANMF", Buffer.concat([place, ...pictureOf(Buffer.from(webp))])));
  }
  const body = Buffer.concat([Buffer.from("WEBP"), ...chunks]);
  const header = Buffer.from("RIFF\0\0\0\0", "latin1");
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}

function pictureOf(file: Buffer): Buffer[] {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WEBP")
    throw new Error("A frame is no WebP file.");
  const picture: Buffer[] = [];
  for (let at = FILE_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    const end = at + CHUNK_HEADER_BYTES + padded(file.readUInt32LE(at + 4));
    if (PICTURE_CHUNKS.includes(file.toString("latin1", at, at + 4))) picture.push(file.subarray(at, end));
    at = end;
  }
  return picture;
}

function asChunk(name: string, content: Buffer): Buffer {
  const header = Buffer.from(`${name}\0\0\0\0`, "latin1");
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content, Buffer.alloc(padded(content.length) - content.length)]);
}

function padded(bytes: number): number {
  return bytes + (bytes % 2);
}
