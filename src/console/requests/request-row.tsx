import { makeStyles, mergeClasses, tokens, type GriffelStyle } from "@fluentui/react-components";
import { memo, useEffect } from "react";
import type { LogRequest } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { onScreen } from "#console/live/announce.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { isUnread } from "#console/live/is-unread.ts";
import { readMarks } from "#console/live/unread.ts";
import { AgentName } from "#console/parts/agent-name.tsx";
import { AppLink } from "#console/parts/app-link.tsx";
import { useStore } from "#console/parts/create-store.ts";
import { Moment } from "#console/parts/moment.tsx";
import { PersonLabel, TicketLabel } from "#console/parts/request-names.tsx";
import { StateBadge } from "#console/parts/state-badge.tsx";
import { Tick } from "#console/parts/tick.tsx";

/** Head and rows share their columns. */
export const gridColumns = {
  display: "grid",
  gridTemplateColumns:
    "minmax(10.625rem, 2.4fr) minmax(12.8125rem, 1.5fr) minmax(6.875rem, 1.2fr) minmax(6.25rem, 0.8fr) minmax(6.5625rem, 1fr)",
  alignItems: "center",
  columnGap: "16px",
  paddingInline: "24px 16px",
} as const satisfies GriffelStyle;

/** The same with a place for the tick before them. */
export const selectableColumns = {
  gridTemplateColumns:
    "32px minmax(10.625rem, 2.4fr) minmax(12.8125rem, 1.5fr) minmax(6.875rem, 1.2fr) minmax(6.25rem, 0.8fr) minmax(6.5625rem, 1fr)",
  columnGap: "12px",
} as const satisfies GriffelStyle;

const useStyles = makeStyles({
  row: {
    ...gridColumns,
    height: "100%",
    boxSizing: "border-box",
    position: "relative",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    cursor: "pointer",
    "&:hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    "&:focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  selectable: { ...selectableColumns, paddingInlineStart: "20px" },
  selected: {
    backgroundColor: tokens.colorBrandBackground2,
    "&:hover": { backgroundColor: tokens.colorBrandBackground2Hover },
  },
  narrow: {
    gridTemplateColumns: "minmax(0, 1fr) auto",
    alignContent: "center",
    rowGap: "6px",
    paddingInline: "24px 12px",
  },
  narrowSelectable: { gridTemplateColumns: "28px minmax(0, 1fr) auto" },
  tall: { gridRow: "span 2", alignSelf: "center" },
  // Whom and when in the first line; the state's words have the second for themselves.
  narrowName: { gridColumn: "-3 / -2", gridRow: 1 },
  narrowState: { gridColumn: "-3 / -1", gridRow: 2 },
  narrowAsked: { gridColumn: "-2 / -1", gridRow: 1, alignSelf: "start" },
  cell: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground2 },
  second: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    // Cut at its own end: an English subject on an Arabic page would lose its beginning.
    "& > bdi": { display: "block", overflow: "hidden", textOverflow: "ellipsis", textAlign: "left" },
    "[dir=rtl] & > bdi": { textAlign: "right" },
  },
  unread: {
    position: "absolute",
    insetInlineStart: "9px",
    top: "calc(50% - 4px)",
    width: "8px",
    height: "8px",
    borderRadius: "50%",
    backgroundColor: tokens.colorCompoundBrandBackground,
    forcedColorAdjust: "none",
  },
  bold: { fontWeight: tokens.fontWeightBold },
});

interface RowProps {
  readonly request: LogRequest;
  /** What is asked for, in the apps' words. */
  readonly logs: string;
  readonly index: number;
  readonly isActive: boolean;
  readonly isNarrow: boolean;
  /** Undefined where rows cannot be ticked. */
  readonly isSelected: boolean | undefined;
  readonly onActivate: (index: number) => void;
  readonly onOpen: (requestId: string) => void;
  readonly onToggle: ((requestId: string) => void) | undefined;
}

export const RequestRow = memo(
  function RequestRow(props: RowProps) {
    const { request, logs, index, isActive, isNarrow, isSelected, onActivate, onOpen, onToggle } = props;
    const styles = useStyles();
    const { t } = useT();
    const format = useFormat();
    const unread = isUnread(request, useStore(readMarks));
    useOnScreen(request.id);
    const open = (event: React.MouseEvent) => {
      // A link opens by itself, in a new tab too; a selection of text is no click.
      if (event.target instanceof Element && event.target.closest("a, label")) return;
      if (!getSelection()?.isCollapsed) return;
      onOpen(request.id);
    };
    const tabIndex = isActive ? 0 : -1;
    return (
      <div
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        data-index={index}
        data-request={request.id}
        tabIndex={tabIndex}
        className={mergeClasses(
          styles.row,
          isSelected !== undefined && styles.selectable,
          isNarrow && styles.narrow,
          isNarrow && isSelected !== undefined && styles.narrowSelectable,
          isSelected && styles.selected,
        )}
        onFocus={() => onActivate(index)}
        onClick={open}
      >
        {isSelected === undefined ? null : (
          <span role="gridcell" className={isNarrow ? styles.tall : ""}>
            <Tick
              label={t("bulk.select", { name: request.userLabel ?? request.userId })}
              isTicked={isSelected}
              tabIndex={tabIndex}
              onToggle={() => onToggle?.(request.id)}
            />
          </span>
        )}
        <span role="gridcell" className={mergeClasses(styles.cell, isNarrow && styles.narrowName)}>
          {unread ? (
            <span className={styles.unread} data-unread>
              <span className="heard-only">{t("unread")} </span>
            </span>
          ) : null}
          <AppLink
            to={`/log-requests/${request.id}`}
            look="plain"
            className={unread ? styles.bold : ""}
            tabIndex={tabIndex}
          >
            <PersonLabel request={request} />
          </AppLink>
          <span className={styles.second}>
            <TicketLabel request={request} />
          </span>
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, isNarrow && styles.narrowState)}>
          <StateBadge request={request} />
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, styles.quiet)} hidden={isNarrow}>
          {logs}
          <span className={styles.second}>{t("size.upTo", { size: format.size(request.maxBytes) })}</span>
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, styles.quiet)} hidden={isNarrow}>
          {isOpen(request) ? (
            <Moment at={request.answerBy} userZone={request.userTimeZone} show="relative" />
          ) : (
            <span aria-hidden>–</span>
          )}
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, styles.quiet, isNarrow && styles.narrowAsked)}>
          <Moment at={request.createdAt} userZone={request.userTimeZone} show="relative" compact={isNarrow} />
          {isNarrow ? null : (
            <span className={styles.second}>
              <AgentName agentId={request.agentId} />
            </span>
          )}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.request === after.request &&
    before.logs === after.logs &&
    before.isActive === after.isActive &&
    before.isSelected === after.isSelected &&
    before.isNarrow === after.isNarrow &&
    before.index === after.index,
);

function useOnScreen(id: string): void {
  useEffect(() => {
    onScreen.add(id);
    return () => void onScreen.delete(id);
  }, [id]);
}
