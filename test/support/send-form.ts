import { request as httpRequest, type IncomingMessage } from "node:http";
import { checkContract } from "./check-contract.ts";
import type { ApiAnswer } from "./api-calls.ts";

export interface FormCall {
  readonly token: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Announced as Content-Length; absent sends chunks of unknown number. */
  readonly lengthBytes?: number;
  /** Where it is posted, with its query; the report's form unless told. */
  readonly path?: string;
}

export const FORM_PATH = "/v1/call-support-tickets";

/**
 * Posts a form as a phone's HTTP stack does: piece by piece, with its length or without. What the server answers counts, also when
 * it answers before the body is sent.
 *
 * @throws the connection's error where there was no answer
 */
export async function sendForm(
  apiUrl: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { token, contentType, headers = {}, lengthBytes, path = FORM_PATH }: FormCall,
): Promise<ApiAnswer> {
  const request = httpRequest(new URL(path, apiUrl), {
    method: "POST",
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": contentType,
      ...(lengthBytes === undefined ? {} : { "content-length": String(lengthBytes) }),
      ...headers,
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  const over = answered.then(
    () => undefined,
    () => undefined,
  );
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  for (;;) {
    // Also who waits for a next piece hears that none is wanted.
    const next = await Promise.race([over, iterator.next()]);
    if (!next || next.done) break;
    if (!request.write(next.value))
      await Promise.race([new Promise((resolve) => request.once("drain", resolve)), over]);
  }
  request.end();
  const response = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = /json/.test(response.headers["content-type"] ?? "");
  const answer = {
    status: response.statusCode ?? 0,
    headers: new Headers(
      Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      ),
    ),
    text,
    body: isJson && text !== "" ? (JSON.parse(text) as unknown) : undefined,
  };
  checkContract("POST", path, answer);
  return answer;
}
