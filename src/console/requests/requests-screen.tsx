import { Button, makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { ArrowSyncRegular } from "@fluentui/react-icons/svg/arrow-sync";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { MailInboxRegular } from "@fluentui/react-icons/svg/mail-inbox";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { requestsQuery, type Filter } from "#console/api/queries.ts";
import type { LogRequest } from "#console/api/shapes.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { listKey, newInList, reloadList } from "#console/live/patch-cache.ts";
import { useWhenBack } from "#console/live/use-when-back.ts";
import { useStore } from "#console/parts/create-store.ts";
import { Layer } from "#console/parts/layer.tsx";
import { Page } from "#console/parts/page.tsx";
import { describeError } from "#console/parts/problem-words.ts";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import type { Act } from "./why-not.ts";
import { FirstUse } from "./first-use.tsx";
import { PersonFilter } from "./person-filter.tsx";
import { forgetPlace, RequestGrid } from "./request-grid.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { useSelection } from "./use-selection.ts";

const ActDialog = lazy(async () => ({ default: (await import("./act-dialog.tsx")).ActDialog }));

const VIEWS = ["mine", "waiting", "ready", "attention", "all"] as const;

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  tabs: {
    flexGrow: 1,
    flexWrap: "wrap",
    minWidth: 0,
    maxWidth: "100%",
    "@media (max-width: 40em)": { width: "100%", "& .fui-Tab": { paddingInline: "8px" } },
  },
  list: {
    position: "relative",
    flexGrow: 1,
    display: "flex",
    flexDirection: "column",
    minHeight: "320px",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    overflow: "clip",
  },
  pill: {
    position: "absolute",
    zIndex: 2,
    top: "44px",
    insetInlineStart: "50%",
    transform: "translateX(-50%)",
    boxShadow: tokens.shadow8,
    "[dir=rtl] &": { transform: "translateX(50%)" },
  },
});

/** The home: every request that one of the saved views holds, live. */
export function RequestsScreen() {
  const styles = useStyles();
  const { t } = useT();
  const me = useMe();
  const [, navigate] = useLocation();
  const [params, change] = useQueryParams();
  const view = VIEWS.find((name) => name === params.get("view")) ?? "mine";
  const userId = params.get("user") ?? undefined;
  const filter: Filter = { view: view === "all" ? undefined : view, userId };
  const key = listKey(filter);
  const list = useInfiniteQuery(requestsQuery(filter));
  const client = useQueryClient();
  const notify = useNotify();
  const fresh = useStore(newInList)[key]?.length ?? 0;
  const rows = useMemo(() => list.data?.pages.flatMap(({ value }) => value) ?? [], [list.data]);
  const [round, setRound] = useState(0);
  const kept = useSelection(key);
  const selection = mayWrite(me) ? kept : undefined;
  const [asked, setAsked] = useState<{ readonly act: Act; readonly requests: readonly LogRequest[] }>();

  // The page that failed, and not all of them anew; by itself when the server is there again.
  const goOn = () => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch());
  useWhenBack(() => {
    if (list.isFetchNextPageError) goOn();
  });

  const showNew = async () => {
    try {
      await reloadList(client, filter);
      forgetPlace(location.search);
      setRound((before) => before + 1);
    } catch (error) {
      notify(describeError(error, t), "error");
    }
  };
  const endAct = (isDone: boolean) => {
    setAsked(undefined);
    if (isDone) kept.clear();
    focusCurrentRow();
  };
  const download = async (request: LogRequest) => {
    try {
      const { saveFilesOf } = await import("#console/request/save-file.ts");
      if ((await saveFilesOf(request.id)) === 0) notify(t("files.none"), "info");
    } catch (error) {
      notify(describeError(error, t), "error");
    }
  };

  return (
    <Page title={t("requests.title")} full>
      <div className={styles.bar}>
        <TabList
          className={styles.tabs}
          selectedValue={view}
          onTabSelect={(_, { value }) => change({ view: value === "mine" ? undefined : String(value) })}
          aria-label={t("requests.views")}
        >
          {VIEWS.map((name) => (
            <Tab key={name} value={name}>
              {t(`requests.view.${name}` as MessageKey)}
            </Tab>
          ))}
        </TabList>
        <PersonFilter userId={userId} onChange={(id) => change({ user: id })} />
      </div>
      {list.error ? <ErrorState error={list.error} onRetry={goOn} /> : null}
      <div className={styles.list} onKeyDown={(event) => event.key === "Escape" && kept.clear()}>
        {fresh > 0 ? (
          <Button
            className={styles.pill}
            appearance="primary"
            shape="circular"
            icon={<ArrowSyncRegular />}
            onClick={() => void showNew()}
          >
            {t("requests.new", { count: fresh })}
          </Button>
        ) : null}
        {selection && selection.ids.size > 0 ? (
          <SelectionBar
            count={selection.ids.size}
            onAct={(act) => setAsked({ act, requests: rows.filter(({ id }) => selection.ids.has(id)) })}
            onClear={selection.clear}
          />
        ) : null}
        {list.isPending ? (
          <SkeletonRows count={8} />
        ) : rows.length > 0 ? (
          <RequestGrid
            key={`${key} ${round}`}
            rows={rows}
            hasMore={list.hasNextPage && !list.isFetchNextPageError}
            isLoadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            onOpen={(requestId) => navigate(`/log-requests/${requestId}`)}
            selection={selection}
            onAct={mayWrite(me) ? (act, requests) => setAsked({ act, requests }) : undefined}
            onDownload={(request) => void download(request)}
          />
        ) : list.error ? null : (
          <NothingHere
            view={view}
            isFiltered={userId !== undefined}
            onClear={() => change({ user: undefined })}
            onNew={mayWrite(me) ? () => navigate("/new") : undefined}
          />
        )}
      </div>
      {asked ? (
        <Layer onFail={() => setAsked(undefined)}>
          <ActDialog act={asked.act} requests={asked.requests} onClose={endAct} />
        </Layer>
      ) : null}
    </Page>
  );
}

/** The row that the keys are about; where the dialog took the focus from. */
function focusCurrentRow(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-index][tabindex="0"]')?.focus());
}

interface NothingProps {
  readonly view: (typeof VIEWS)[number];
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly onNew: (() => void) | undefined;
}

function NothingHere({ view, isFiltered, onClear, onNew }: NothingProps) {
  const { t } = useT();
  if (isFiltered) {
    return (
      <EmptyState icon={<MailInboxRegular />} title={t("requests.none.filtered")}>
        <Button icon={<DismissRegular />} onClick={onClear}>
          {t("filter.clear")}
        </Button>
      </EmptyState>
    );
  }
  if (view === "mine" || view === "all") return <FirstUse onNew={onNew} />;
  return (
    <EmptyState
      icon={<MailInboxRegular />}
      title={t(`requests.none.${view}` as MessageKey)}
      hint={t(`requests.none.${view}.hint` as MessageKey)}
    />
  );
}
