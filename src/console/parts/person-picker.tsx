import { Combobox, makeStyles, Option, tokens } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { usersQuery } from "#console/api/queries.ts";
import type { User } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";

const useStyles = makeStyles({
  root: { width: "100%", minWidth: 0 },
  option: { display: "grid", minWidth: 0 },
  contact: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
});

interface PickerProps {
  /** Absent where a field around it labels it. */
  readonly label?: string;
  readonly id?: string;
  readonly onPick: (userId: string, user: User) => void;
}

/** Finds a person by name, contact or id; takes an id that nobody has told us of as it is typed. */
export function PersonPicker({ label, id, onPick }: PickerProps) {
  const styles = useStyles();
  const { t } = useT();
  const [text, setText] = useState("");
  const query = useDeferredValue(text.trim());
  const list = useInfiniteQuery({ ...usersQuery({ query }), placeholderData: (before) => before });
  const people = list.data?.pages.flatMap(({ value }) => value).slice(0, 30) ?? [];
  const fallbackId = useId();
  return (
    <Combobox
      id={id ?? fallbackId}
      className={styles.root}
      aria-label={label}
      placeholder={label ?? t("person.placeholder")}
      value={text}
      freeform
      selectedOptions={[]}
      onChange={(event) => setText(event.target.value)}
      onOptionSelect={(_, { optionValue }) => {
        const user = people.find((person) => person.id === optionValue);
        if (!user) return;
        setText("");
        onPick(user.id, user);
      }}
    >
      {people.map((person) => (
        <Option key={person.id} value={person.id} text={person.label ?? person.id}>
          <span className={styles.option}>
            <bdi>{person.label ?? person.id}</bdi>
            <bdi className={styles.contact}>{person.contacts[0] ?? person.id}</bdi>
          </span>
        </Option>
      ))}
      {people.length === 0 && !list.isPending ? (
        <Option key="none" value="" text="" disabled>
          {t("person.none")}
        </Option>
      ) : null}
    </Combobox>
  );
}
