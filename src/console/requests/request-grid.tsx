import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogRequest } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { useStore } from "#console/parts/create-store.ts";
import { preferences } from "#console/shell/preferences.ts";
import { isTyping } from "#console/shell/shortcuts.ts";
import { gridColumns, RequestRow } from "./request-row.tsx";

const ROW_PX = 60;
const NARROW_ROW_PX = 108;
const NARROW = matchMedia("(max-width: 760px)");

const useStyles = makeStyles({
  head: {
    ...gridColumns,
    minHeight: "36px",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  scroller: { flexGrow: 1, overflowY: "auto", overflowX: "clip", minHeight: "240px", height: "1px" },
  rows: { position: "relative", width: "100%" },
  row: { position: "absolute", insetInline: 0, top: 0 },
  headNarrow: { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" },
});

interface GridProps {
  readonly rows: readonly LogRequest[];
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
  readonly onOpen: (requestId: string) => void;
}

/** Where the reader was, for when they come back from a request. */
const places = new Map<string, { offset: number; active: number }>();

/** The list itself: only the rows that can be seen exist; arrows, j and k move, Enter opens. */
export function RequestGrid({ rows, hasMore, isLoadingMore, onMore, onOpen }: GridProps) {
  const styles = useStyles();
  const { t } = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const place = places.get(location.search);
  const [active, setActive] = useState(place?.active ?? 0);
  const isNarrow = useIsNarrow();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? NARROW_ROW_PX : ROW_PX),
    overscan: 12,
    initialOffset: place?.offset ?? 0,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtualizer.measure(), [isNarrow, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= rows.length - 15) onMore();
  }, [hasMore, isLoadingMore, lastShown, rows.length, onMore]);

  useLayoutEffect(() => {
    const key = location.search;
    return () => void places.set(key, { offset: virtualizer.scrollOffset ?? 0, active });
  }, [virtualizer, active]);

  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    setActive(to);
    virtualizer.scrollToIndex(to);
    // The row may be born by the scroll.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus());
  };
  useMoveKeys(scroller, active, focusRow);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const request = rows[active];
    if (event.key === "Enter" && request && !(event.target instanceof HTMLAnchorElement)) onOpen(request.id);
    else if (event.key === "ArrowDown") focusRow(active + 1);
    else if (event.key === "ArrowUp") focusRow(active - 1);
    else if (event.key === "Home") focusRow(0);
    else if (event.key === "End") focusRow(rows.length - 1);
    else return;
    event.preventDefault();
  };

  return (
    <div
      role="grid"
      aria-label={t("requests.title")}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      style={{ display: "flex", flexDirection: "column", flexGrow: 1 }}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} className={mergeClasses(styles.head, isNarrow && styles.headNarrow)}>
        <span role="columnheader">{t("column.person")}</span>
        <span role="columnheader">{t("column.state")}</span>
        <span role="columnheader">{t("column.collectors")}</span>
        <span role="columnheader">{t("column.answerBy")}</span>
        <span role="columnheader">{t("column.asked")}</span>
      </div>
      <div ref={scroller} className={styles.scroller} role="rowgroup">
        <div className={styles.rows} role="presentation" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start, size }) => {
            const request = rows[index];
            return request ? (
              <div
                key={request.id}
                role="presentation"
                className={styles.row}
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <RequestRow
                  request={request}
                  index={index}
                  isActive={index === active}
                  isNarrow={isNarrow}
                  onActivate={() => setActive(index)}
                  onOpen={() => onOpen(request.id)}
                />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const onChange = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", onChange);
    return () => NARROW.removeEventListener("change", onChange);
  }, []);
  return isNarrow;
}

/** j and k work from anywhere on the screen: the first press brings the focus into the list. */
function useMoveKeys(
  scroller: React.RefObject<HTMLDivElement | null>,
  active: number,
  focusRow: (index: number) => void,
): void {
  const { singleKeys } = useStore(preferences);
  useEffect(() => {
    if (!singleKeys) return;
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || isTyping(event)) return;
      const isInside = scroller.current?.contains(document.activeElement) ?? false;
      focusRow(isInside ? active + (event.key === "j" ? 1 : -1) : active);
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
