import { Button, makeStyles } from "@fluentui/react-components";
import { MailInboxRegular } from "@fluentui/react-icons/svg/mail-inbox";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { requestsQuery, type Filter } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { listKey, newInList, reloadList } from "#console/live/patch-cache.ts";
import { useStore } from "#console/parts/create-store.ts";
import { Section } from "#console/parts/page.tsx";
import { describeError } from "#console/parts/problem-words.ts";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useNotify } from "#console/shell/use-notify.tsx";
import { RequestList } from "./request-list.tsx";

const useStyles = makeStyles({ more: { display: "block", margin: "8px auto 12px" } });

interface Props {
  readonly filter: Filter;
  readonly named: "person" | "ticket";
  /** Said where there is none. */
  readonly none: string;
}

/** The requests of a ticket or a person. One that a colleague makes waits behind a word, so that nothing jumps. */
export function RequestsSection({ filter, named, none }: Props) {
  const styles = useStyles();
  const { t } = useT();
  const client = useQueryClient();
  const notify = useNotify();
  const list = useInfiniteQuery(requestsQuery(filter));
  const fresh = useStore(newInList)[listKey(filter)]?.length ?? 0;
  const requests = list.data?.pages.flatMap(({ value }) => value);
  const showNew = () => reloadList(client, filter).catch((error: unknown) => notify(describeError(error, t), "error"));
  return (
    <Section
      title={t("requests.title")}
      flush
      aside={
        fresh > 0 ? (
          <Button size="small" appearance="primary" shape="circular" onClick={() => void showNew()}>
            {t("requests.new", { count: fresh })}
          </Button>
        ) : undefined
      }
    >
      {list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {requests === undefined ? (
        list.error ? null : (
          <SkeletonRows count={2} />
        )
      ) : requests.length === 0 ? (
        <EmptyState icon={<MailInboxRegular />} title={none} />
      ) : (
        <RequestList requests={requests} named={named} />
      )}
      {list.hasNextPage ? (
        <Button
          className={styles.more}
          onClick={() => void list.fetchNextPage()}
          disabledFocusable={list.isFetchingNextPage}
        >
          {t("more")}
        </Button>
      ) : null}
    </Section>
  );
}
