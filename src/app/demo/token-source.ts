/** Asked for anew well before the development issuer's hour is over. */
const RENEW_AFTER_MS = 50 * 60_000;

/**
 * Tokens of one demo person, from the development issuer.
 *
 * @param options.username a demo agent, or any user id
 * @param options.audience which API they are for
 */
export function createTokenSource({
  apiUrl,
  username,
  audience,
}: {
  apiUrl: string;
  username: string;
  audience: "beckon-agents" | "beckon-devices";
}): () => Promise<string> {
  let held: { token: string; at: number } | undefined;
  return async () => {
    if (held && performance.now() - held.at < RENEW_AFTER_MS) return held.token;
    const response = await fetch(`${apiUrl}/dev-issuer/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username, audience }),
    });
    if (!response.ok) throw new Error(`The development issuer answered ${response.status} for ${username}.`);
    const { access_token: token } = (await response.json()) as { access_token: string };
    held = { token, at: performance.now() };
    return token;
  };
}
