import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogRequest } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Tick } from "#console/parts/tick.tsx";
import { useCollectorLabel } from "#console/parts/use-collector-label.ts";
import type { Act } from "./why-not.ts";
import { TEXT_SCALE } from "#console/parts/text-size.ts";
import { gridColumns, RequestRow, selectableColumns } from "./request-row.tsx";
import { useRowKeys } from "./use-row-keys.ts";
import type { Selection } from "./use-selection.ts";

/** Below and above what is seen: a turn of the wheel never outruns them before the next frame. */
const OVERSCAN_ROWS = 14;
/** The next page is asked for while this many rows are still unseen, so that nobody meets the end of what is loaded. */
const AHEAD_ROWS = 150;
const PAGE_ROWS = 10;
const ROW_PX = 60 * TEXT_SCALE;
const NARROW_ROW_PX = 108 * TEXT_SCALE;
/** Where the columns do not fit: small windows, and those in which the navigation has just come beside the list. */
const NARROW = matchMedia("(max-width: 55.5625em), (min-width: 60em) and (max-width: 68.9375em)");

const useStyles = makeStyles({
  grid: { display: "flex", flexDirection: "column", flexGrow: 1 },
  headSelectable: { ...selectableColumns, paddingInlineStart: "20px" },
  head: {
    ...gridColumns,
    minHeight: "36px",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  scroller: { flexGrow: 1, overflowY: "auto", overflowX: "clip", minHeight: "240px", height: "1px", contain: "strict" },
  rows: { position: "relative", width: "100%" },
  row: { position: "absolute", insetInline: 0, top: 0, contain: "layout paint style" },
  // Where rows are cards there are no columns to name; what ticks them all is seen, since the keyboard comes by.
  headTick: { display: "flex", gap: "10px", alignItems: "center", paddingInlineStart: "24px" },
  headNarrow: { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" },
});

interface GridProps {
  readonly rows: readonly LogRequest[];
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
  readonly onOpen: (requestId: string) => void;
  /** Absent for who only reads. */
  readonly selection: Selection | undefined;
  /** Asked for by a key: for the ticked rows, or for the current one. */
  readonly onAct: ((act: Act, requests: readonly LogRequest[]) => void) | undefined;
  readonly onDownload: (request: LogRequest) => void;
}

/** Where the reader was, for when they come back from a request. */
const places = new Map<string, { offset: number; active: number }>();

/** The next time this list is drawn, it begins at its top. */
export function forgetPlace(search: string): void {
  places.delete(search);
}

const NOTHING: ReadonlySet<string> = new Set();

/** The list itself: only the rows that can be seen exist; arrows, j and k move, Enter opens, x ticks, r, e and d act. */
export function RequestGrid(props: GridProps) {
  const { rows, hasMore, isLoadingMore, onMore, onOpen, selection, onAct, onDownload } = props;
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const labelOf = useCollectorLabel();
  const scroller = useRef<HTMLDivElement>(null);
  const place = places.get(location.search);
  const [active, setActive] = useState(place?.active ?? 0);
  const isNarrow = useIsNarrow();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? NARROW_ROW_PX : ROW_PX),
    overscan: OVERSCAN_ROWS,
    initialOffset: place?.offset ?? 0,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtualizer.measure(), [isNarrow, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= rows.length - AHEAD_ROWS) onMore();
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
  const isInside = () => scroller.current?.contains(document.activeElement) ?? false;
  const current = () => rows[active];
  const chosen = selection?.ids ?? NOTHING;
  const act = (verb: Act) => () => {
    const one = current();
    const asked = chosen.size > 0 ? rows.filter(({ id }) => chosen.has(id)) : one ? [one] : [];
    if (asked.length > 0) onAct?.(verb, asked);
  };
  useRowKeys({
    // The first press brings the focus into the list.
    moveTo: (step) => focusRow(isInside() ? active + step : active),
    select: selection && (() => selection.toggle(current()?.id ?? "")),
    remind: onAct && act("remind"),
    cancel: onAct && act("cancel"),
    download: () => {
      const request = current();
      if (request) onDownload(request);
    },
  });

  const onKeyDown = (event: React.KeyboardEvent) => {
    const request = current();
    const isOnRow = event.target instanceof HTMLElement && event.target.role === "row";
    if (event.key === "Enter" && request && isOnRow) onOpen(request.id);
    else if (event.key === " " && request && isOnRow && selection) selection.toggle(request.id);
    else if (event.key === "ArrowDown") focusRow(active + 1);
    else if (event.key === "ArrowUp") focusRow(active - 1);
    else if (event.key === "PageDown") focusRow(active + PAGE_ROWS);
    else if (event.key === "PageUp") focusRow(active - PAGE_ROWS);
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
      aria-multiselectable={selection ? true : undefined}
      aria-keyshortcuts={selection ? "j k x r e d Enter" : "j k d Enter"}
      className={styles.grid}
      onKeyDown={onKeyDown}
    >
      <div
        role="row"
        aria-rowindex={1}
        className={mergeClasses(
          styles.head,
          selection && styles.headSelectable,
          isNarrow && (selection ? styles.headTick : styles.headNarrow),
        )}
      >
        {selection ? <SelectAll rows={rows} selection={selection} /> : null}
        {selection && isNarrow ? <span aria-hidden>{t("bulk.selectAll")}</span> : null}
        {(["person", "state", "collectors", "answerBy", "asked"] as const).map((name) => (
          <span key={name} role="columnheader" className={isNarrow ? "heard-only" : undefined}>
            {t(`column.${name}`)}
          </span>
        ))}
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
                  logs={format.list(request.collectors.map(labelOf))}
                  index={index}
                  isActive={index === active}
                  isNarrow={isNarrow}
                  isSelected={selection && chosen.has(request.id)}
                  onActivate={setActive}
                  onOpen={onOpen}
                  onToggle={selection?.toggle}
                />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

/** Ticks every row that has been loaded, or none. */
function SelectAll({ rows, selection }: { readonly rows: readonly LogRequest[]; readonly selection: Selection }) {
  const { t } = useT();
  const { ids } = selection;
  const isAll = rows.length > 0 && ids.size >= rows.length;
  return (
    <span role="columnheader">
      <Tick
        label={t("bulk.selectAll")}
        isTicked={isAll}
        isMixed={ids.size > 0 && !isAll}
        onToggle={() => selection.replace(isAll ? [] : rows.map(({ id }) => id))}
      />
    </span>
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
