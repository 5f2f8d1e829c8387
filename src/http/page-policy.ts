import type { Response } from "express";

/** In a built page where the nonce belongs, on every script and style element. */
export const NONCE_PLACEHOLDER = "__CSP_NONCE__";

/** What a page may do beyond its own origin's files. */
export interface PagePolicy {
  /** Origins that its scripts may call, beside its own. */
  readonly connect?: readonly string[];
  /** Whether it shows other pages of this origin in frames. */
  readonly hasFrames?: boolean;
  /** Whether pages of this origin may show it in a frame. Others never may. */
  readonly isFramed: boolean;
}

/** Scripts and styles are our own files, or carry the nonce of this one answer. Nothing leaves this origin unless it is named. */
export function setPagePolicy(response: Response, nonce: string, policy: PagePolicy): void {
  const { connect = [], hasFrames = false, isFramed } = policy;
  const directives = {
    "default-src": "'none'",
    "script-src": `'self' 'nonce-${nonce}'`,
    "style-src": `'self' 'nonce-${nonce}'`,
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": ["'self'", ...connect].join(" "),
    "manifest-src": "'self'",
    "worker-src": "'self'",
    ...(hasFrames && { "frame-src": "'self'" }),
    "frame-ancestors": frameAncestors(isFramed),
    "base-uri": "'none'",
    "form-action": "'none'",
  };
  response.setHeader("Content-Security-Policy", joinDirectives(directives));
  response.setHeader("X-Frame-Options", isFramed ? "SAMEORIGIN" : "DENY");
}

/** The words of a policy, as the header takes them. */
export function joinDirectives(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** Who may show a page in a frame: pages of its own origin, or nobody. */
export function frameAncestors(isFramed: boolean): "'self'" | "'none'" {
  return isFramed ? "'self'" : "'none'";
}
