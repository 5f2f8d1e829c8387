import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  Input,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons/svg/search";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { ticketsQuery, usersQuery } from "#console/api/queries.ts";
import type { Me } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { screensFor } from "./nav.tsx";
import { mayWrite } from "./roles.ts";

const useStyles = makeStyles({
  surface: { padding: "8px", maxWidth: "560px", position: "fixed", insetBlockStart: "12vh", marginBlockStart: 0 },
  body: { gap: "4px" },
  content: { minHeight: "auto", display: "grid", gap: "4px", gridTemplateColumns: "minmax(0, 1fr)" },
  input: { width: "100%" },
  list: { listStyleType: "none", margin: 0, padding: 0, maxHeight: "50vh", overflowY: "auto" },
  option: {
    display: "flex",
    gap: "12px",
    alignItems: "baseline",
    padding: "8px 12px",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
  },
  active: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1Selected,
    outline: `1px solid ${tokens.colorStrokeFocus2}`,
    outlineOffset: "-1px",
    "& > span": { color: "inherit" },
  },
  name: { flexGrow: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  kind: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, flexShrink: 0 },
  none: { display: "block", padding: "8px 12px" },
});

/** Of each kind: what does not fit on one screen is better searched for on its own. */
const MOST = 5;

interface Place {
  readonly to: string;
  readonly name: string;
  readonly kind: string;
}

/** One field that leads everywhere: screens by name, tickets and people by whatever is known of them. */
export function Palette({ me, onClose }: { readonly me: Me; readonly onClose: () => void }) {
  const styles = useStyles();
  const { t } = useT();
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const places = usePlaces(me, text.trim());
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  const current = Math.min(active, places.length - 1);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const open = (place: Place | undefined) => {
    if (!place) return;
    onClose();
    navigate(place.to);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive((current + 1) % Math.max(1, places.length));
    else if (event.key === "ArrowUp") setActive((current - 1 + places.length) % Math.max(1, places.length));
    else if (event.key === "Enter") open(places[current]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog open onOpenChange={(_, { open: isOpen }) => !isOpen && onClose()}>
      <DialogSurface className={styles.surface} aria-label={t("palette.label")}>
        <DialogBody className={styles.body}>
          <DialogContent className={styles.content}>
            <Input
              className={styles.input}
              size="large"
              appearance="underline"
              contentBefore={<SearchRegular aria-hidden />}
              placeholder={t("palette.hint")}
              value={text}
              autoFocus
              onChange={(_, { value }) => {
                setText(value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
              input={{
                role: "combobox",
                "aria-label": t("palette.label"),
                "aria-expanded": true,
                "aria-controls": listId,
                "aria-autocomplete": "list",
                ...(places.length > 0 ? { "aria-activedescendant": `${listId}-${current}` } : {}),
              }}
            />
            {places.length === 0 ? (
              <Text className={styles.none} role="status">
                {t("palette.none")}
              </Text>
            ) : null}
            <ul ref={list} id={listId} role="listbox" aria-label={t("palette.label")} className={styles.list}>
              {places.map((place, index) => (
                <li
                  key={place.to}
                  id={`${listId}-${index}`}
                  role="option"
                  aria-selected={index === current}
                  className={mergeClasses(styles.option, index === current && styles.active)}
                  onPointerMove={() => setActive(index)}
                  onClick={() => open(place)}
                >
                  <bdi className={styles.name}>{place.name}</bdi>
                  <span className={styles.kind}>{place.kind}</span>
                </li>
              ))}
            </ul>
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** Screens follow every letter; what is asked of the server only stands there once it answers what is written now. */
function usePlaces(me: Me, wanted: string): readonly Place[] {
  const { t } = useT();
  const query = useDeferredValue(wanted);
  const isAsking = query !== "";
  const tickets = useInfiniteQuery({ ...ticketsQuery({ query }), enabled: isAsking });
  const people = useInfiniteQuery({ ...usersQuery({ query }), enabled: isAsking });
  const screens = [
    ...(mayWrite(me) ? [{ to: "/new", name: t("new.title"), kind: t("palette.action") }] : []),
    ...screensFor(me).map(({ to, key }) => ({ to, name: t(`nav.${key}` as MessageKey), kind: t("palette.screen") })),
  ];
  const fitting = screens.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (wanted === "" || wanted !== query) return fitting;
  return [
    ...fitting,
    ...(tickets.data?.pages[0]?.value ?? []).slice(0, MOST).map(({ id, number, subject }) => ({
      to: `/tickets/${id}`,
      name: `${t("ticket.number", { number })} ${subject}`,
      kind: t("palette.ticket"),
    })),
    ...(people.data?.pages[0]?.value ?? []).slice(0, MOST).map(({ id, label }) => ({
      to: `/people/${encodeURIComponent(id)}`,
      name: label ?? id,
      kind: t("palette.person"),
    })),
  ];
}
