import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  Switch,
  Text,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import type { LogRequest } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { useStore } from "#console/parts/create-store.ts";
import { ToneBadge } from "#console/parts/state-badge.tsx";
import { stateWords } from "#console/parts/state-words.tsx";
import { preferences } from "./preferences.ts";

const useStyles = makeStyles({
  body: { display: "grid", gap: "20px", alignContent: "start", paddingBottom: "24px" },
  keys: {
    display: "grid",
    gridTemplateColumns: "108px 1fr",
    gap: "8px 12px",
    margin: "8px 0 0",
    "& dd": { margin: 0 },
  },
  key: {
    padding: "1px 7px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    whiteSpace: "nowrap",
  },
  states: { display: "grid", gap: "12px", margin: "8px 0 0", padding: 0, listStyleType: "none" },
  state: { display: "grid", gap: "4px", justifyItems: "start" },
  title: { margin: 0 },
  subtitle: { display: "block", margin: "12px 0 0" },
});

type Keys = readonly (readonly [keys: string, what: string])[];

const ANYWHERE: Keys = [
  ["c", "new"],
  ["/", "search"],
  ["?", "help"],
  ["g r", "requests"],
  ["g t", "tickets"],
  ["g p", "people"],
  ["g e", "templates"],
  ["g i", "insights"],
  ["g a", "audit"],
  ["g s", "settings"],
  ["Esc", "back"],
];
const IN_LIST: Keys = [
  ["j / k", "move"],
  ["Enter", "open"],
  ["x", "select"],
  ["r", "remind"],
  ["e", "cancel"],
  ["d", "download"],
];

const COUNTS = { consented: 5, uploaded: 3, linked: 4, refused: 0, missing: 0 };
type Example = Pick<LogRequest, "state" | "reach" | "rejectReason" | "fileCounts">;
const example = (state: LogRequest["state"], more: Partial<Example> = {}): Example => ({
  state,
  reach: "pushed",
  fileCounts: COUNTS,
  ...more,
});
const EXAMPLES: readonly Example[] = [
  example("requested", { reach: "pending" }),
  example("requested", { reach: "no_installation" }),
  example("requested", { reach: "refused" }),
  example("notified"),
  example("seen"),
  example("consented"),
  example("uploaded"),
  example("linked"),
  example("linked", { fileCounts: { ...COUNTS, missing: 1 } }),
  example("declined"),
  example("expired"),
  example("cancelled"),
  example("withdrawn"),
  example("rejected", { rejectReason: "no_files" }),
  example("rejected", { rejectReason: "upload_abandoned" }),
  example("rejected", { rejectReason: "none_held" }),
];

/** Keys, what each state means, and what is promised to users. In the same place on every screen. */
export function HelpPanel({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const styles = useStyles();
  const { t } = useT();
  const { singleKeys } = useStore(preferences);
  return (
    <OverlayDrawer open={isOpen} position="end" size="medium" onOpenChange={(_, { open }) => !open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle
          action={<Button appearance="subtle" aria-label={t("close")} icon={<DismissRegular />} onClick={onClose} />}
        >
          {t("help.title")}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody className={styles.body} tabIndex={0}>
        <section>
          <Text as="h3" size={400} weight="semibold" className={styles.title}>
            {t("help.keys")}
          </Text>
          <KeyList title={t("help.keys.anywhere")} keys={ANYWHERE} />
          <KeyList title={t("help.keys.inList")} keys={IN_LIST} />
          <Switch
            label={t("help.singleKeys")}
            checked={singleKeys}
            onChange={(_, { checked }) => preferences.set((before) => ({ ...before, singleKeys: checked }))}
          />
        </section>
        <section>
          <Text as="h3" size={400} weight="semibold" className={styles.title}>
            {t("help.states")}
          </Text>
          <ul className={styles.states}>
            {EXAMPLES.map((request) => {
              const { icon: Icon, word, meaning, tone } = stateWords(request, t);
              return (
                <li key={word} className={styles.state}>
                  <ToneBadge tone={tone}>
                    <Icon aria-hidden />
                    {word}
                  </ToneBadge>
                  <span>{meaning}</span>
                </li>
              );
            })}
          </ul>
        </section>
        <section>
          <Text as="h3" size={400} weight="semibold" className={styles.title}>
            {t("help.promises")}
          </Text>
          <p>{t("help.promises.text")}</p>
        </section>
      </DrawerBody>
    </OverlayDrawer>
  );
}

function KeyList({ title, keys }: { readonly title: string; readonly keys: Keys }) {
  const styles = useStyles();
  const { t } = useT();
  return (
    <>
      <Text as="h4" weight="semibold" className={styles.subtitle}>
        {title}
      </Text>
      <dl className={styles.keys}>
        {keys.map(([key, what]) => [
          <dt key={key}>
            <kbd className={styles.key}>{key}</kbd>
          </dt>,
          <dd key={what}>{t(`help.key.${what}` as MessageKey)}</dd>,
        ])}
      </dl>
    </>
  );
}
