import { z } from "zod";
import { consentText, installation } from "./devices.ts";
import { id, listOf, locale, pageQuery, time, timeZone, userId } from "./primitives.ts";
import { route } from "./route.ts";

const userContent = {
  label: z.string().min(1).max(200).optional(),
  contacts: z.array(z.string().min(1).max(320)).max(20).default([]),
  locale: locale.optional(),
  timeZone: timeZone.optional(),
};

export const user = z
  .object({ id: userId, ...userContent, contacts: z.array(z.string()), createdAt: time, updatedAt: time })
  .meta({ id: "User", description: "The end user, by the app's own stable id." });

const tag = "Users";

export const searchUsers = route({
  name: "searchUsers",
  method: "get",
  path: "/v1/users",
  audience: "agent",
  tag,
  summary: "Find the person by id, label or contact",
  query: z.strictObject({ query: z.string().max(200).optional(), ...pageQuery }),
  successes: [{ status: 200, description: "A page of users", body: listOf(user) }],
});

export const getUser = route({
  name: "getUser",
  method: "get",
  path: "/v1/users/{userId}",
  audience: "agent",
  tag,
  summary: "Read a user",
  params: z.strictObject({ userId }),
  successes: [{ status: 200, description: "The user", body: user }],
});

export const listUserInstallations = route({
  name: "listUserInstallations",
  method: "get",
  path: "/v1/users/{userId}/installations",
  audience: "agent",
  tag,
  summary: "See what can be reached: the user's app installs",
  params: z.strictObject({ userId }),
  successes: [{ status: 200, description: "All of them", body: listOf(installation) }],
});

export const putUser = route({
  name: "putUser",
  method: "put",
  path: "/v1/users/{userId}",
  audience: "key",
  tag: "Back ends",
  summary: "Tell Beckon what agents should see of a user",
  params: z.strictObject({ userId }),
  body: z.strictObject(userContent).meta({ id: "NewUser" }),
  successes: [
    { status: 200, description: "Replaced", body: user },
    { status: 201, description: "New", body: user },
  ],
});

export const createInstallationToken = route({
  name: "createInstallationToken",
  method: "post",
  path: "/v1/installation-tokens",
  audience: "key",
  tag: "Back ends",
  summary: "Get a token for one user's app, to hand to the device",
  body: z
    .strictObject({
      userId,
      installationId: id.optional(),
      ttlSeconds: z.number().int().min(60).max(86_400).default(3_600),
    })
    .meta({ id: "NewInstallationToken" }),
  successes: [
    {
      status: 201,
      description: "The token",
      body: z.object({ token: z.string(), expiresAt: time }).meta({ id: "InstallationToken" }),
    },
  ],
});

export const putConsentText = route({
  name: "putConsentText",
  method: "put",
  path: "/v1/consent-texts/{version}/{locale}",
  audience: "key",
  tag: "Back ends",
  summary: "Register what users are shown; immutable once used",
  params: z.strictObject({ version: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/), locale }),
  body: z.strictObject({ text: z.string().min(1).max(20_000) }).meta({ id: "NewConsentText" }),
  successes: [{ status: 200, description: "Registered", body: consentText }],
  problems: ["consent_text_in_use"],
});
