import { Button, makeStyles } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { useT } from "#console/i18n/use-t.ts";
import { PersonName } from "#console/parts/person-name.tsx";
import { PersonPicker } from "#console/parts/person-picker.tsx";

const useStyles = makeStyles({ root: { width: "16.25rem", maxWidth: "100%" } });

/** Narrows the list to one person. */
export function PersonFilter({
  userId,
  onChange,
}: {
  readonly userId: string | undefined;
  readonly onChange: (userId: string | undefined) => void;
}) {
  const styles = useStyles();
  const { t } = useT();
  if (userId !== undefined) {
    return (
      <Button icon={<DismissRegular />} iconPosition="after" onClick={() => onChange(undefined)}>
        <span className="heard-only">{t("filter.clear")} </span>
        <PersonName userId={userId} />
      </Button>
    );
  }
  return (
    <div className={styles.root} data-search>
      <PersonPicker label={t("requests.person")} onPick={onChange} />
    </div>
  );
}
