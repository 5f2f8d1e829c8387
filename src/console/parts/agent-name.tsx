import { useQuery } from "@tanstack/react-query";
import { agentQuery } from "#console/api/agent-names.ts";
import { useT } from "#console/i18n/use-t.ts";
import { useMe } from "#console/shell/me-context.ts";

/** An agent by name, oneself as such; by the id that the identity provider gave them where no name is known. */
export function AgentName({ agentId }: { readonly agentId: string }) {
  const { t } = useT();
  const me = useMe();
  const isMe = agentId === me.id;
  const { data } = useQuery({ ...agentQuery(agentId), enabled: !isMe });
  return <bdi title={agentId}>{isMe ? t("agent.me", { name: me.name ?? me.id }) : (data?.name ?? agentId)}</bdi>;
}

/** An agent's name for a place that shows their id anyway: nothing where none is known. */
export function KnownName({ agentId }: { readonly agentId: string }) {
  const { data } = useQuery(agentQuery(agentId));
  return data?.name === undefined ? null : (
    <>
      <bdi>{data.name}</bdi>
      {" · "}
    </>
  );
}
