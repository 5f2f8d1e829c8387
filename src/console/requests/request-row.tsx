import { makeStyles, mergeClasses, tokens, type GriffelStyle } from "@fluentui/react-components";
import { memo, useEffect } from "react";
import type { LogRequest } from "#console/api/shapes.ts";
import { useFormat } from "#console/i18n/use-format.ts";
import { useT } from "#console/i18n/use-t.ts";
import { onScreen } from "#console/live/announce.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { isUnread, readMarks } from "#console/live/unread.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { useStore } from "#console/parts/create-store.ts";
import { Moment } from "#console/parts/moment.tsx";
import { PersonName, TicketName } from "#console/parts/person-name.tsx";
import { StateBadge } from "#console/parts/state-badge.tsx";

/** Head and rows share their columns. */
export const gridColumns = {
  display: "grid",
  gridTemplateColumns:
    "minmax(180px, 2.2fr) minmax(170px, 1.5fr) minmax(120px, 1.2fr) minmax(96px, 0.8fr) minmax(96px, 0.8fr)",
  alignItems: "center",
  columnGap: "16px",
  paddingInline: "24px 16px",
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
  narrow: {
    gridTemplateColumns: "minmax(0, 1fr) auto",
    alignContent: "center",
    rowGap: "6px",
    paddingInline: "24px 12px",
  },
  wide: { gridColumn: "1 / -1" },
  cell: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground2 },
  second: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
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
  readonly index: number;
  readonly isActive: boolean;
  readonly isNarrow: boolean;
  readonly onActivate: () => void;
  readonly onOpen: () => void;
}

export const RequestRow = memo(
  function RequestRow({ request, index, isActive, isNarrow, onActivate, onOpen }: RowProps) {
    const styles = useStyles();
    const { t } = useT();
    const format = useFormat();
    const unread = isUnread(request, useStore(readMarks));
    useOnScreen(request.id);
    const open = (event: React.MouseEvent) => {
      // A link opens by itself, in a new tab too; a selection of text is no click.
      if (event.target instanceof Element && event.target.closest("a")) return;
      if (!getSelection()?.isCollapsed) return;
      onOpen();
    };
    const collectors = (
      <span className={mergeClasses(styles.cell, styles.quiet)}>{format.list(request.collectors)}</span>
    );
    return (
      <div
        role="row"
        aria-rowindex={index + 2}
        data-index={index}
        data-request={request.id}
        tabIndex={isActive ? 0 : -1}
        className={mergeClasses(styles.row, isNarrow && styles.narrow)}
        onFocus={onActivate}
        onClick={open}
      >
        <span role="gridcell" className={mergeClasses(styles.cell, isNarrow && styles.wide)}>
          {unread ? (
            <span className={styles.unread}>
              <span className="heard-only">{t("unread")} </span>
            </span>
          ) : null}
          <AppLink to={`/log-requests/${request.id}`} look="plain" className={unread ? styles.bold : ""}>
            <PersonName userId={request.userId} />
          </AppLink>
          <span className={styles.second}>
            <TicketName ticketId={request.ticketId} />
          </span>
        </span>
        <span role="gridcell" className={styles.cell}>
          <StateBadge request={request} />
        </span>
        <span role="gridcell" className={styles.cell} hidden={isNarrow}>
          {collectors}
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, styles.quiet)} hidden={isNarrow}>
          {isOpen(request) ? <Moment at={request.answerBy} show="relative" /> : <span aria-hidden>–</span>}
        </span>
        <span role="gridcell" className={mergeClasses(styles.cell, styles.quiet)}>
          <Moment at={request.createdAt} show="relative" compact={isNarrow} />
        </span>
      </div>
    );
  },
  (before, after) =>
    before.request === after.request &&
    before.isActive === after.isActive &&
    before.isNarrow === after.isNarrow &&
    before.index === after.index,
);

function useOnScreen(id: string): void {
  useEffect(() => {
    onScreen.add(id);
    return () => void onScreen.delete(id);
  }, [id]);
}
