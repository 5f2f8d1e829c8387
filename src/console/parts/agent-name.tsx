import { useT } from "#console/i18n/use-t.ts";
import { useMe } from "#console/shell/me-context.ts";

/** An agent by name where it is known, which is one's own; else by the id that the identity provider gave them. */
export function AgentName({ agentId }: { readonly agentId: string }) {
  const { t } = useT();
  const me = useMe();
  return <bdi>{agentId === me.id ? t("agent.me", { name: me.name ?? me.id }) : agentId}</bdi>;
}
