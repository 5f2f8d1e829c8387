import {
  Button,
  Input,
  makeStyles,
  mergeClasses,
  SearchBox,
  Switch,
  Text,
  ToggleButton,
  tokens,
} from "@fluentui/react-components";
import { ChevronDownRegular } from "@fluentui/react-icons/svg/chevron-down";
import { ChevronUpRegular } from "@fluentui/react-icons/svg/chevron-up";
import { ClockRegular } from "@fluentui/react-icons/svg/clock";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { announce } from "#console/live/announce.ts";
import { ErrorState } from "#console/parts/query-states.tsx";
import { TEXT_SCALE } from "#console/parts/text-size.ts";
import { LogRow } from "./log-row.tsx";
import { LEVELS, lineAt, parseJump, type Level } from "./read-log.ts";
import type { LogText } from "./use-log-text.ts";

const LINE_PX = 24 * TEXT_SCALE;

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  /** The field and its two buttons stay together, however narrow. */
  find: { display: "flex", gap: "8px", alignItems: "center", flexGrow: 1, minWidth: "min(16.25rem, 100%)" },
  search: { minWidth: 0, flexGrow: 1, maxWidth: "22.5rem" },
  jump: { width: "8.125rem" },
  scroller: {
    flexGrow: 1,
    height: "1px",
    minHeight: "320px",
    overflow: "auto",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "0.8125rem",
    lineHeight: "1.5rem", // LINE_PX
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  rows: { position: "relative", minWidth: "100%" },
  row: { position: "absolute", top: 0, insetInlineStart: 0, minWidth: "100%" },
  wrapped: { width: "100%" },
});

const lineOfHash = () => Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);

/** A text log: levels, search, a jump to a time, and an address for every line. */
export function LogView({ text }: { readonly text: LogText }) {
  const styles = useStyles();
  const { t } = useT();
  const format = useFormat();
  const { lines } = text;
  const scroller = useRef<HTMLDivElement>(null);
  const [levels, setLevels] = useState<readonly Level[]>([]);
  const [query, setQuery] = useState("");
  const [isWrapped, setWrapped] = useState(false);
  const [jump, setJump] = useState("");
  const [marked, setMarked] = useState(lineOfHash);
  const needle = useDeferredValue(query.trim().toLowerCase());

  const shown = useMemo(
    () => (levels.length === 0 ? lines : lines.filter(({ level }) => level !== undefined && levels.includes(level))),
    [lines, levels],
  );
  const hits = useMemo(
    () =>
      needle === "" ? [] : shown.flatMap((line, index) => (line.text.toLowerCase().includes(needle) ? [index] : [])),
    [shown, needle],
  );
  const [hit, setHit] = useState(0);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  useEffect(() => virtualizer.measure(), [isWrapped, virtualizer]);

  const goTo = (index: number) => virtualizer.scrollToIndex(index, { align: "center" });
  const goToLine = (number: number) => {
    const index = shown.findIndex((line) => line.number >= number);
    if (index < 0) return;
    setMarked(shown[index]?.number ?? number);
    goTo(index);
  };
  const goToHit = (step: number) => {
    if (hits.length === 0) return;
    const next = (hit + step + hits.length) % hits.length;
    setHit(next);
    goTo(hits[next] ?? 0);
  };
  const isFirst = useRef(true);
  const { more } = text;
  const canReadOn = text.readBytes < text.sizeBytes && !text.isReading && text.error === undefined;
  useEffect(() => {
    if (!isFirst.current || marked === 0) return;
    if (marked <= lines.length) {
      isFirst.current = false;
      virtualizer.scrollToIndex(marked - 1, { align: "center" });
    } else if (canReadOn) {
      // The line that a colleague linked to is in a later part.
      more();
    }
  }, [marked, lines.length, virtualizer, canReadOn, more]);
  useEffect(() => {
    setHit(0);
    if (hits[0] !== undefined) virtualizer.scrollToIndex(hits[0], { align: "center" });
  }, [hits, virtualizer]);

  const found = needle === "" ? "" : t("log.hits", { count: hits.length, number: hits.length === 0 ? 0 : hit + 1 });
  useEffect(() => {
    if (found !== "") announce(found);
  }, [found]);

  const toggle = (level: Level) =>
    setLevels((before) => (before.includes(level) ? before.filter((other) => other !== level) : [...before, level]));
  const jumpTo = (event: React.FormEvent) => {
    event.preventDefault();
    const moment = parseJump(jump, lines);
    const number = moment === undefined ? undefined : lineAt(shown, moment);
    if (number !== undefined) goToLine(number);
  };
  const mark = (number: number) => {
    setMarked(number);
    history.replaceState(history.state, "", `#L${number}`);
  };

  return (
    <>
      <div className={styles.bar}>
        <span className={styles.find}>
          <SearchBox
            className={styles.search}
            aria-label={t("log.search")}
            placeholder={t("log.search")}
            value={query}
            onChange={(_, { value }) => setQuery(value)}
            onKeyDown={(event) => event.key === "Enter" && goToHit(event.shiftKey ? -1 : 1)}
            data-search
          />
          <Text size={200}>{found}</Text>
          <Button
            icon={<ChevronUpRegular />}
            aria-label={t("log.previous")}
            disabled={hits.length === 0}
            onClick={() => goToHit(-1)}
          />
          <Button
            icon={<ChevronDownRegular />}
            aria-label={t("log.next")}
            disabled={hits.length === 0}
            onClick={() => goToHit(1)}
          />
        </span>
        <span role="group" aria-label={t("log.levels")} className={styles.bar}>
          {LEVELS.map((level) => (
            <ToggleButton key={level} size="small" checked={levels.includes(level)} onClick={() => toggle(level)}>
              {t(`log.level.${level}` as MessageKey)}
            </ToggleButton>
          ))}
        </span>
        <form onSubmit={jumpTo}>
          <Input
            className={styles.jump}
            contentBefore={<ClockRegular aria-hidden />}
            aria-label={t("log.jump")}
            placeholder={t("log.jump.hint")}
            value={jump}
            onChange={(_, { value }) => setJump(value)}
          />
        </form>
        <Switch label={t("log.wrap")} checked={isWrapped} onChange={(_, { checked }) => setWrapped(checked)} />
      </div>
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label={t("log.lines")} dir="ltr">
        <div className={styles.rows} role="list" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const line = shown[index];
            return line ? (
              <div
                key={key}
                ref={isWrapped ? virtualizer.measureElement : undefined}
                data-index={index}
                role="listitem"
                aria-setsize={shown.length}
                aria-posinset={index + 1}
                className={mergeClasses(styles.row, isWrapped && styles.wrapped)}
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogRow
                  line={line}
                  needle={needle}
                  isMarked={line.number === marked}
                  isWrapped={isWrapped}
                  onMark={mark}
                />
              </div>
            ) : null;
          })}
        </div>
      </div>
      <div className={styles.bar}>
        <Text size={200}>
          {t("log.shown", { count: shown.length })} · {format.size(text.readBytes)} / {format.size(text.sizeBytes)}
        </Text>
        {text.error === undefined ? null : <ErrorState error={text.error} onRetry={text.more} />}
        {text.readBytes < text.sizeBytes ? (
          <Button size="small" disabledFocusable={text.isReading} onClick={text.more}>
            {t("log.more")}
          </Button>
        ) : null}
      </div>
    </>
  );
}
