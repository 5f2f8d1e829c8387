import { Buffer } from "node:buffer";

/** A form as an app means it, before a client writes it down. */
export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
  readonly content: string | Uint8Array;
}

export interface WrittenForm {
  readonly contentType: string;
  readonly body: Buffer;
}

/** How a client writes forms: its boundary, what begins and ends the body, and a part's headers. */
interface Hand {
  readonly boundary: string;
  readonly quotedBoundary?: boolean;
  readonly before?: string;
  readonly after?: string;
  readonly headers: (part: FormPart, lengthBytes: number) => readonly string[];
}

const quoted = (text: string) => `"${text.replaceAll('"', "%22")}"`;
const disposition = ({ name, fileName }: FormPart) =>
  `Content-Disposition: form-data; name=${quoted(name)}${fileName === undefined ? "" : `; filename=${quoted(fileName)}`}`;
const BINARY = "Content-Type: application/octet-stream";

/**
 * As far as we know each client's habits; but for a browser's, which are specified, none was compared with its source. A test
 * sends what fetch and curl themselves write.
 */
export const HANDS = {
  /** WHATWG HTML, multipart/form-data encoding algorithm: raw UTF-8 names, `"` as %22, no type for fields. */
  "a browser": {
    boundary: "----WebKitFormBoundary7MA4YWxkTrZu0gW",
    headers: (part) => [disposition(part), ...(part.fileName === undefined ? [] : [BINARY])],
  },
  /** curl -F since 8.2: 24 dashes and 22 characters. */
  curl: {
    boundary: "------------------------0nWyYdzkUdTrUuEqnxyTzG",
    headers: (part) => [disposition(part), ...(part.fileName === undefined ? [] : [BINARY])],
  },
  /** OkHttp 4, MultipartBody.writeOrCountBytes: a UUID, and the length of each part that knows it. */
  "OkHttp 4": {
    boundary: "4d2e8b3c-6f5a-4f0e-9a0b-2a1c3d4e5f60",
    headers: (part, lengthBytes) => [
      disposition(part),
      ...(part.fileName === undefined ? [] : [BINARY]),
      `Content-Length: ${lengthBytes}`,
    ],
  },
  /** Retrofit before OkHttp 3.4: an encoding that changes nothing. */
  "an old Retrofit": {
    boundary: "4d2e8b3c-6f5a-4f0e-9a0b-2a1c3d4e5f60",
    headers: (part) => [disposition(part), BINARY, "Content-Transfer-Encoding: binary"],
  },
  /** What Swift apps write by hand for URLSession.uploadTask: an empty line first, none last. */
  URLSession: {
    boundary: "Boundary-E621E1F8-C36C-495A-93FC-0C247A3E6E5F",
    before: "\r\n",
    after: "",
    headers: (part) => [disposition(part), ...(part.fileName === undefined ? [] : [BINARY])],
  },
  Alamofire: {
    boundary: "alamofire.boundary.5f3c9a1be2d4c678",
    headers: (part) => [disposition(part), ...(part.fileName === undefined ? [] : [BINARY])],
  },
  /** .NET's MultipartFormDataContent: the boundary in quotes, names without, and the file's name twice. */
  ".NET": {
    boundary: "9b2f6f0e-0d2c-4b86-8d55-27d1a1f1c0f4",
    quotedBoundary: true,
    headers: ({ name, fileName }) => [
      ...(fileName === undefined ? ["Content-Type: text/plain; charset=utf-8"] : []),
      `Content-Disposition: form-data; name=${name}${
        fileName === undefined ? "" : `; filename="fallback.log"; filename*=utf-8''${encodeURIComponent(fileName)}`
      }`,
    ],
  },
} as const satisfies Record<string, Hand>;

export type HandName = keyof typeof HANDS;

/** The bytes that a client sends for a form. */
export function writeForm(name: HandName, parts: readonly FormPart[]): WrittenForm {
  const hand: Hand = HANDS[name];
  const { boundary, before = "", after = "\r\n" } = hand;
  const pieces = parts.flatMap((part, index) => {
    const content = Buffer.from(part.content);
    const head = [`${index === 0 ? before : "\r\n"}--${boundary}`, ...hand.headers(part, content.length), "", ""];
    return [Buffer.from(head.join("\r\n")), content];
  });
  return {
    contentType: `multipart/form-data; boundary=${hand.quotedBoundary === true ? `"${boundary}"` : boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`\r\n--${boundary}--${after}`)]),
  };
}
