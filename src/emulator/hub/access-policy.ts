import { randomBytes } from "node:crypto";

/** What a token may do: Manage implies the other two (documentation of Notification Hubs security). */
export type AccessRight = "Listen" | "Send" | "Manage";

/** A named pair of keys with rights, of the namespace or of one hub. Keys are text; a signature uses their UTF-8 bytes. */
export interface AccessPolicy {
  name: string;
  rights: readonly AccessRight[];
  primaryKey: string;
  secondaryKey: string;
}

/**
 * The key of every default policy: fixed and public, as in other emulators, so that a connection string outlives a
 * restart. It protects nothing; the emulator listens on loopback unless told otherwise.
 */
export const DEVELOPMENT_KEY = "YmVja29uLWVtdWxhdG9yLWRldmVsb3BtZW50LWtleSE=";

/** The other key of every default policy, for trying a rotation. */
export const DEVELOPMENT_SECONDARY_KEY = "YmVja29uLWVtdWxhdG9yLXNlY29uZGFyeS1rZXkhISE=";

/** The policy that a namespace is born with (documentation). */
export const ROOT_POLICY_NAME = "RootManageSharedAccessKey";

export function rootPolicy(): AccessPolicy {
  return {
    name: ROOT_POLICY_NAME,
    rights: ["Listen", "Send", "Manage"],
    primaryKey: DEVELOPMENT_KEY,
    secondaryKey: DEVELOPMENT_SECONDARY_KEY,
  };
}

/** The policies that a hub is born with (documentation). */
export function defaultHubPolicies(): AccessPolicy[] {
  return [
    { ...rootPolicy(), name: "DefaultFullSharedAccessSignature" },
    { ...rootPolicy(), name: "DefaultListenSharedAccessSignature", rights: ["Listen"] },
  ];
}

/** Whether a policy allows what needs `right`. */
export function allows(policy: AccessPolicy, right: AccessRight): boolean {
  return policy.rights.includes(right) || policy.rights.includes("Manage");
}

/** A key in the shape of Azure's: 32 random bytes in base64. */
export function newKey(): string {
  return randomBytes(32).toString("base64");
}
