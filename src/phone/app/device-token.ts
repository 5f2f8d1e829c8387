/** Asked for anew well before the development issuer's hour is over. */
const RENEW_AFTER_MS = 50 * 60_000;

/**
 * Tokens of the signed-in user, from the development issuer, which asks for no password.
 *
 * @param fetch by the phone's own network
 */
export function createDeviceToken({
  apiUrl,
  user,
  fetch,
}: {
  apiUrl: string;
  user: string;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
}): (why: { refresh: boolean }) => Promise<string> {
  let held: { token: string; at: number } | undefined;
  return async ({ refresh }) => {
    if (!refresh && held && performance.now() - held.at < RENEW_AFTER_MS) return held.token;
    const response = await fetch(`${apiUrl}/dev-issuer/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username: user, audience: "beckon-devices" }),
    });
    if (!response.ok) throw new Error(`The development issuer answered ${response.status}.`);
    const { access_token: token } = (await response.json()) as { access_token: string };
    held = { token, at: performance.now() };
    return token;
  };
}
