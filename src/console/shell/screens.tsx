import { Button } from "@fluentui/react-components";
import { DocumentSearchRegular } from "@fluentui/react-icons/svg/document-search";
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ApiProblem } from "#console/api/call-api.ts";
import { useT } from "#console/i18n/use-t.ts";
import { connection } from "#console/live/connection.ts";
import { useWhenBack } from "#console/live/use-when-back.ts";
import { useStore } from "#console/parts/create-store.ts";
import { ErrorGuard } from "#console/parts/error-guard.tsx";
import { Page } from "#console/parts/page.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "#console/parts/query-states.tsx";
import { RequestsScreen } from "#console/requests/requests-screen.tsx";

// The home is part of the first load; every other screen comes when it is first opened.
const NewRequestScreen = lazy(async () => ({
  default: (await import("#console/new-request/new-request-screen.tsx")).NewRequestScreen,
}));
const RequestScreen = lazy(async () => ({
  default: (await import("#console/request/request-screen.tsx")).RequestScreen,
}));
const TicketsScreen = lazy(async () => ({
  default: (await import("#console/ticket/tickets-screen.tsx")).TicketsScreen,
}));
const TicketScreen = lazy(async () => ({ default: (await import("#console/ticket/ticket-screen.tsx")).TicketScreen }));
const PeopleScreen = lazy(async () => ({ default: (await import("#console/people/people-screen.tsx")).PeopleScreen }));
const PersonScreen = lazy(async () => ({ default: (await import("#console/people/person-screen.tsx")).PersonScreen }));
const TemplatesScreen = lazy(async () => ({
  default: (await import("#console/templates/templates-screen.tsx")).TemplatesScreen,
}));
const InsightsScreen = lazy(async () => ({
  default: (await import("#console/insights/insights-screen.tsx")).InsightsScreen,
}));
const AuditScreen = lazy(async () => ({ default: (await import("#console/audit/audit-screen.tsx")).AuditScreen }));
const SettingsScreen = lazy(async () => ({
  default: (await import("#console/settings/settings-screen.tsx")).SettingsScreen,
}));
const RequestFileScreen = lazy(async () => ({
  default: (await import("#console/file/file-screen.tsx")).RequestFileScreen,
}));
const TicketFileScreen = lazy(async () => ({
  default: (await import("#console/file/file-screen.tsx")).TicketFileScreen,
}));

const FileLinkScreen = lazy(async () => ({
  default: (await import("#console/file/file-link-screen.tsx")).FileLinkScreen,
}));

/** Which screen stands at which address. */
export function Screens() {
  const [path] = useLocation();
  return (
    <ErrorGuard key={path} fallback={(error) => <Broken error={error} />}>
      <Suspense fallback={<SkeletonRows />}>
        <Switch>
          <Route path="/" component={RequestsScreen} />
          <Route path="/sign-in">
            <Redirect to="/" replace />
          </Route>
          <Route path="/requests">
            <Redirect to="/" replace />
          </Route>
          <Route path="/new" component={NewRequestScreen} />
          <Route path="/log-requests/:requestId">{({ requestId }) => <RequestScreen requestId={requestId} />}</Route>
          <Route path="/log-requests/:requestId/files/:fileId">
            {({ requestId, fileId }) => <RequestFileScreen requestId={requestId} fileId={fileId} />}
          </Route>
          <Route path="/files/:fileId">{({ fileId }) => <FileLinkScreen fileId={fileId} />}</Route>
          <Route path="/tickets" component={TicketsScreen} />
          <Route path="/tickets/:ticketId">{({ ticketId }) => <TicketScreen ticketId={ticketId} />}</Route>
          <Route path="/tickets/:ticketId/files/:fileId">
            {({ ticketId, fileId }) => <TicketFileScreen ticketId={ticketId} fileId={fileId} />}
          </Route>
          <Route path="/people" component={PeopleScreen} />
          <Route path="/people/:userId">{({ userId }) => <PersonScreen userId={decodeURIComponent(userId)} />}</Route>
          <Route path="/templates" component={TemplatesScreen} />
          <Route path="/insights" component={InsightsScreen} />
          <Route path="/audit" component={AuditScreen} />
          <Route path="/settings" component={SettingsScreen} />
          <Route>
            <NotHere />
          </Route>
        </Switch>
      </Suspense>
    </ErrorGuard>
  );
}

function NotHere() {
  const { t } = useT();
  const [, navigate] = useLocation();
  return (
    <Page title={t("notHere.title")}>
      <EmptyState icon={<DocumentSearchRegular />} title={t("notHere.title")} hint={t("notHere.hint")}>
        <Button onClick={() => navigate("/")}>{t("notHere.home")}</Button>
      </EmptyState>
    </Page>
  );
}

/** Its code did not come: the browser keeps it as lost, so that only a load of the page brings it. */
const isNotLoaded = (error: unknown) => error instanceof TypeError && /module/i.test(error.message);

function Broken({ error }: { readonly error: unknown }) {
  const { t } = useT();
  const isAway = useStore(connection) === "polling" && isNotLoaded(error);
  useWhenBack(() => {
    if (isNotLoaded(error)) location.reload();
  });
  return (
    <Page title={t("error.title")}>
      {isAway ? (
        // Without a button: a load of the page would leave nothing.
        <ErrorState error={new ApiProblem("network", 0, undefined, error)} />
      ) : (
        <ErrorState error={error} onRetry={() => location.reload()} />
      )}
    </Page>
  );
}
