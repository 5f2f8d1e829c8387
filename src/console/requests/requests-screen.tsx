import { Button, makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { ArrowSyncRegular } from "@fluentui/react-icons/svg/arrow-sync";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { MailInboxRegular } from "@fluentui/react-icons/svg/mail-inbox";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { requestsQuery, type Filter } from "#console/api/queries.ts";
import { useT, type MessageKey } from "#console/i18n/use-t.ts";
import { forgetNew, listKey, newInList } from "#console/live/patch-cache.ts";
import { useStore } from "#console/parts/create-store.ts";
import { Page } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { FirstUse } from "./first-use.tsx";
import { PersonFilter } from "./person-filter.tsx";
import { RequestGrid } from "./request-grid.tsx";

const VIEWS = ["mine", "waiting", "ready", "attention", "all"] as const;

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  tabs: {
    flexGrow: 1,
    flexWrap: "wrap",
    minWidth: 0,
    maxWidth: "100%",
    "@media (max-width: 640px)": { width: "100%", "& .fui-Tab": { paddingInline: "8px" } },
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
  const list = useInfiniteQuery(requestsQuery(filter));
  const client = useQueryClient();
  const fresh = useStore(newInList)[listKey(filter)]?.length ?? 0;
  const rows = list.data?.pages.flatMap(({ value }) => value) ?? [];
  const isFiltered = userId !== undefined;

  const showNew = () => {
    forgetNew(filter);
    void client.resetQueries({ queryKey: ["requests", filter] });
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
      {list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      <div className={styles.list}>
        {fresh > 0 ? (
          <Button
            className={styles.pill}
            appearance="primary"
            shape="circular"
            icon={<ArrowSyncRegular />}
            onClick={showNew}
          >
            {t("requests.new", { count: fresh })}
          </Button>
        ) : null}
        {list.isPending ? (
          <SkeletonRows count={8} />
        ) : rows.length > 0 ? (
          <RequestGrid
            key={listKey(filter)}
            rows={rows}
            hasMore={list.hasNextPage}
            isLoadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            onOpen={(requestId) => navigate(`/log-requests/${requestId}`)}
          />
        ) : list.error ? null : isFiltered ? (
          <EmptyState icon={<MailInboxRegular />} title={t("requests.none.filtered")}>
            <Button icon={<DismissRegular />} onClick={() => change({ user: undefined })}>
              {t("filter.clear")}
            </Button>
          </EmptyState>
        ) : view === "mine" || view === "all" ? (
          <FirstUse onNew={mayWrite(me) ? () => navigate("/new") : undefined} />
        ) : (
          <EmptyState
            icon={<MailInboxRegular />}
            title={t(`requests.none.${view}` as MessageKey)}
            hint={t(`requests.none.${view}.hint` as MessageKey)}
          />
        )}
      </div>
    </Page>
  );
}
