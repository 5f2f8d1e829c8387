import { Combobox, makeStyles, Option, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { agentQuery } from "#console/api/agent-names.ts";
import { agentsQuery } from "#console/api/queries.ts";
import type { Agent } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";

const useStyles = makeStyles({
  root: { width: "100%", minWidth: 0 },
  option: { display: "grid", minWidth: 0 },
  id: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
});

const NOBODY = "nobody";
const TYPED = "typed";
const AGENT = "agent ";
const MAX_ID_LENGTH = 256;

interface PickerProps {
  readonly id?: string;
  /** Empty for nobody. */
  readonly agentId: string;
  readonly isDisabled: boolean;
  readonly onPick: (agentId: string) => void;
}

/**
 * Gives something to a colleague by name, to nobody, or to an id that never used Beckon. What was only typed, and not picked,
 * changes nothing; what was emptied means nobody.
 */
export function AgentPicker({ id, agentId, isDisabled, onPick }: PickerProps) {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const [isUsed, setUsed] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState<string>();
  const query = useDeferredValue(typed?.trim() ?? "");
  const { data: chosen } = useQuery({ ...agentQuery(agentId), enabled: agentId !== "" && agentId !== me.id });
  const list = useQuery({ ...agentsQuery({ query }), enabled: isUsed, placeholderData: (before) => before });
  const found = (list.data?.value ?? []).filter((agent) => mayWrite(agent)).toSorted(byName);
  // Not before the names are here: who types fast and presses Enter means a name.
  const canBeId =
    query !== "" && list.isSuccess && !list.isPlaceholderData && !found.some(({ id: one }) => one === query);
  const nameOf = (one: Pick<Agent, "id" | "name">) =>
    one.id === me.id ? t("agent.me", { name: me.name ?? me.id }) : (one.name ?? one.id);
  const shown = agentId === "" ? "" : nameOf(chosen ?? { id: agentId });

  return (
    <Combobox
      id={id}
      className={styles.root}
      disabled={isDisabled}
      placeholder={t("agent.nobody")}
      value={typed ?? shown}
      maxLength={MAX_ID_LENGTH}
      selectedOptions={[agentId === "" ? NOBODY : AGENT + agentId]}
      onFocus={({ target }) => {
        setUsed(true);
        target.select();
      }}
      disableAutoFocus={found.length === 0} // an id is nothing to be picked by the way, with Tab
      open={isOpen}
      onOpenChange={(_, { open }) => setOpen(open)}
      onChange={({ target }) => {
        setTyped(target.value);
        setOpen(true); // also for what was pasted
      }}
      onBlur={() => {
        if (typed === "") onPick("");
        setTyped(undefined);
      }}
      onOptionSelect={(_, { optionValue }) => {
        if (optionValue === undefined) return; // told while typing: what is typed fits nothing that was chosen
        setTyped(undefined);
        if (optionValue === NOBODY) onPick("");
        else if (optionValue === TYPED) onPick(query);
        else if (optionValue.startsWith(AGENT)) onPick(optionValue.slice(AGENT.length));
      }}
    >
      {query === "" ? (
        <Option key={NOBODY} value={NOBODY} text={t("agent.nobody")}>
          {t("agent.nobody")}
        </Option>
      ) : null}
      {found.map((agent) => (
        <Option key={agent.id} value={AGENT + agent.id} text={nameOf(agent)}>
          <span className={styles.option}>
            <bdi>{nameOf(agent)}</bdi>
            {agent.name === undefined ? null : <bdi className={styles.id}>{agent.id}</bdi>}
          </span>
        </Option>
      ))}
      {canBeId ? (
        <Option key={TYPED} value={TYPED} text={t("agent.byId", { id: query })}>
          {t("agent.byId", { id: query })}
        </Option>
      ) : null}
    </Combobox>
  );
}

function byName(one: Agent, other: Agent): number {
  return (one.name ?? one.id).localeCompare(other.name ?? other.id);
}
