import { Avatar, Button, makeStyles, SearchBox, tokens } from "@fluentui/react-components";
import { PersonSearchRegular } from "@fluentui/react-icons/svg/person-search";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { usersQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { AppLink } from "#console/parts/app-link.tsx";
import { Page } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { useQueryParams } from "#console/parts/use-query-params.ts";

const useStyles = makeStyles({
  search: { maxWidth: "30rem", width: "100%" },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
  },
  item: {
    display: "flex",
    gap: "14px",
    alignItems: "center",
    padding: "10px 20px",
    "&:not(:first-child)": { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  main: { display: "grid", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  more: { margin: "0 auto" },
});

/** Finds a person by id, name or contact. */
export function PeopleScreen() {
  const styles = useStyles();
  const { t } = useT();
  const [params, change] = useQueryParams();
  const query = useDeferredValue(params.get("query") ?? "");
  const list = useInfiniteQuery({ ...usersQuery({ query }), placeholderData: (before) => before });
  const people = list.data?.pages.flatMap(({ value }) => value) ?? [];
  return (
    <Page title={t("people.title")}>
      <SearchBox
        className={styles.search}
        placeholder={t("people.search")}
        aria-label={t("people.search")}
        value={params.get("query") ?? ""}
        onChange={(_, { value }) => change({ query: value })}
        data-search
      />
      {list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isPending ? <SkeletonRows /> : null}
      {!list.isPending && !list.error && people.length === 0 ? (
        <EmptyState icon={<PersonSearchRegular />} title={t("people.none")} hint={t("people.none.hint")} />
      ) : null}
      {people.length > 0 ? (
        <ul className={styles.list}>
          {people.map((person) => (
            <li key={person.id} className={styles.item}>
              <Avatar name={person.label ?? person.id} color="colorful" aria-hidden />
              <span className={styles.main}>
                <AppLink to={`/people/${encodeURIComponent(person.id)}`} look="strong">
                  <bdi>{person.label ?? person.id}</bdi>
                </AppLink>
                <bdi className={styles.quiet}>{[...person.contacts, person.id].slice(0, 3).join(" · ")}</bdi>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {list.hasNextPage ? (
        <Button className={styles.more} onClick={() => void list.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </Page>
  );
}
