import type { ApiAnswer } from "./api-calls.ts";

/** A browser as far as cookies and its own headers go: what the console's page can do, and what another site's page can. */
export function openBrowser(origin: string) {
  const cookies = new Map<string, { value: string; path: string; attributes: string }>();

  async function load(
    method: string,
    url: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: unknown } = {},
  ): Promise<ApiAnswer> {
    const target = new URL(url, origin);
    const sent = [...cookies]
      .filter(([, { path }]) => target.origin === origin && target.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`);
    const response = await fetch(target, {
      method,
      redirect: "manual",
      headers: {
        ...(sent.length > 0 ? { cookie: sent.join("; ") } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) keep(line);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== "" ? JSON.parse(text) : undefined,
    };
  }

  function keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const path = attributes.find((attribute) => attribute.startsWith("Path="))?.slice(5) ?? "/";
    if (value === "" || attributes.some((attribute) => attribute.startsWith("Expires=Thu, 01 Jan 1970")))
      cookies.delete(name);
    else cookies.set(name, { value, path, attributes: attributes.join("; ") });
  }

  const locationOf = (answer: ApiAnswer): string => {
    const location = answer.headers.get("location");
    if (answer.status !== 302 || location === null) throw new Error(`No redirect: ${answer.status} ${answer.text}`);
    return location;
  };

  return {
    cookies,
    load,
    locationOf,
    /** As the console's own page calls the API. */
    call: (method: string, path: string, body?: unknown) =>
      load(method, path, { body, headers: { "x-beckon-console": "1", "sec-fetch-site": "same-origin" } }),

    /** To the identity provider and back, as a demo person. @returns where the browser ends up */
    async signIn(person: string, returnTo = "/"): Promise<string> {
      const begin = await load("GET", `/auth/sign-in?${new URLSearchParams({ returnTo }).toString()}`);
      const authorize = new URL(locationOf(begin));
      authorize.searchParams.set("person", person);
      const back = locationOf(await load("GET", authorize.href));
      return locationOf(await load("GET", back));
    },
  };
}
