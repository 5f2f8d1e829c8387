/** How people sign in to the console: a sealed cookie of this origin, beside the bearer token that programs send. */
import { z } from "zod";
import { ROLES } from "#domain/vocabulary.ts";
import { time } from "./primitives.ts";
import { READERS, route } from "./route.ts";

/** What a call with the cookie sends when it writes: a page of another origin cannot set it without our leave. */
export const CONSOLE_HEADER = { name: "x-beckon-console", value: "1" } as const;

/** Why `/auth/callback` leads to `/sign-in?error=…&traceId=…&returnTo=…` and not to the page that was wanted. */
export const SIGN_IN_ERRORS = ["no_role", "refused", "expired", "failed", "unavailable"] as const;
export type SignInError = (typeof SIGN_IN_ERRORS)[number];

const tag = "Session";

const returnTo = z
  .string()
  .max(2_000)
  .optional()
  .meta({ description: "Path of the console to come back to; anything but a path of this origin is taken as `/`" });

export const signIn = route({
  name: "signIn",
  method: "get",
  path: "/auth/sign-in",
  audience: "public",
  tag,
  summary: "Send a browser to the identity provider (OpenID Connect, code with PKCE)",
  query: z.object({ returnTo }),
  successes: [{ status: 302, description: "To the identity provider", headers: { Location: "Where to sign in" } }],
});

export const finishSignIn = route({
  name: "finishSignIn",
  method: "get",
  path: "/auth/callback",
  audience: "public",
  tag,
  summary: "Where the identity provider sends the browser back; sets the cookie",
  query: z.looseObject({}),
  successes: [
    {
      status: 302,
      description: `To the page that was wanted, or to \`/sign-in?error=…&traceId=…&returnTo=…\` (${SIGN_IN_ERRORS.join(", ")})`,
      headers: { Location: "A page of the console" },
    },
  ],
});

export const signOut = route({
  name: "signOut",
  method: "post",
  path: "/auth/sign-out",
  audience: "public",
  tag,
  summary: "Forget the cookie. Takes the header `x-beckon-console: 1`, as every write with the cookie does",
  successes: [{ status: 204, description: "Signed out, or was not signed in" }],
  problems: ["forbidden"],
});

export const me = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    roles: z.array(z.enum(ROLES)),
    expiresAt: time.optional().meta({ description: "When the cookie ends; absent for bearer tokens" }),
    settings: z
      .object({
        controllerName: z.string(),
        retentionDays: z.number().int(),
        answerByHours: z.number().int().meta({ description: "How long a user is asked when the agent sets no time" }),
        uploadByHours: z.number().int(),
        maxReminders: z.number().int(),
        connector: z
          .string()
          .optional()
          .meta({ description: "The other ticket system that tickets can be connected with, such as `azure-devops`" }),
        devMode: z.boolean().meta({ description: "Demo people may sign in without a password" }),
      })
      .meta({ description: "What the console shows of this deployment's rules" }),
  })
  .meta({ id: "Me" });

export type Me = z.output<typeof me>;

export const getMe = route({
  name: "getMe",
  method: "get",
  path: "/v1/me",
  audience: "agent",
  roles: READERS,
  tag,
  summary: "Who am I",
  successes: [{ status: 200, description: "The agent", body: me }],
});
