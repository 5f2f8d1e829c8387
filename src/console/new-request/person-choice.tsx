import { Button, Field, makeStyles } from "@fluentui/react-components";
import type { Ticket } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { PersonName } from "#console/parts/person-name.tsx";
import { PersonPicker } from "#console/parts/person-picker.tsx";

const useStyles = makeStyles({
  root: { display: "grid", gap: "12px" },
  people: { display: "flex", flexWrap: "wrap", gap: "8px" },
});

/** Who is asked: those on the ticket first; anyone else is put on it when the request is sent. */
export function PersonChoice({
  ticket,
  onPick,
}: {
  readonly ticket: Ticket;
  readonly onPick: (userId: string) => void;
}) {
  const styles = useStyles();
  const { t } = useT();
  const known = peopleOf(ticket);
  return (
    <div className={styles.root}>
      {known.length > 0 ? (
        <div className={styles.people}>
          {known.map((userId) => (
            <Button key={userId} onClick={() => onPick(userId)}>
              <PersonName userId={userId} />
            </Button>
          ))}
        </div>
      ) : null}
      <Field label={t("new.person.find")}>
        <PersonPicker onPick={onPick} />
      </Field>
    </div>
  );
}

export function peopleOf(ticket: Ticket): string[] {
  const all = [
    ...(ticket.userId === undefined ? [] : [ticket.userId]),
    ...ticket.participants.map(({ userId }) => userId),
  ];
  return [...new Set(all)];
}
