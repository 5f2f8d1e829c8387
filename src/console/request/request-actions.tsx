import { Button } from "@fluentui/react-components";
import { AlertRegular } from "@fluentui/react-icons/svg/alert";
import { ArrowClockwiseRegular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { LinkRegular } from "@fluentui/react-icons/svg/link";
import { ProhibitedRegular } from "@fluentui/react-icons/svg/prohibited";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import type { LogFile, LogRequestDetail } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { isOpen } from "#console/live/belongs-to-view.ts";
import { Confirm } from "#console/parts/confirm.tsx";
import { actOnRequest } from "#console/requests/act-on-requests.ts";
import type { Act } from "#console/requests/why-not.ts";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";
import { useNotify } from "#console/shell/use-notify.tsx";

/** What can be done with a request in its state. */
export function RequestActions({ request }: { readonly request: LogRequestDetail }) {
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const notify = useNotify();
  const [, navigate] = useLocation();

  const act = async (verb: Act) => {
    await actOnRequest(client, verb, request.id);
    notify(t(`request.${verb}.done`));
  };
  const copyLink = async () => {
    await navigator.clipboard.writeText(request.webUrl);
    notify(t("link.copied"));
  };

  const left = me.settings.maxReminders - request.reminders;
  const canCancel = isOpen(request) || request.state === "consented";
  const missing = request.state === "linked" ? missingCollectors(request.files) : [];
  const only = missing.length > 0 ? `&only=${missing.join(",")}` : "";
  const canAskAgain = !isOpen(request) && request.state !== "consented" && request.state !== "uploaded";
  return (
    <>
      <Button icon={<LinkRegular />} onClick={() => void copyLink()}>
        {t("link.copy")}
      </Button>
      <Confirm
        isOffered={mayWrite(me) && isOpen(request)}
        trigger={
          <Button icon={<AlertRegular />} disabledFocusable={left <= 0} aria-keyshortcuts="r">
            {t("request.remind")}
          </Button>
        }
        title={t("request.remind.title")}
        text={t("request.remind.text", { count: left })}
        action={t("request.remind")}
        onConfirm={() => act("remind")}
      />
      <Confirm
        isOffered={mayWrite(me) && canCancel}
        trigger={
          <Button icon={<ProhibitedRegular />} aria-keyshortcuts="e">
            {t("request.cancel")}
          </Button>
        }
        title={t("request.cancel.title")}
        text={request.state === "consented" ? t("request.cancel.consented") : t("request.cancel.text")}
        action={t("request.cancel")}
        onConfirm={() => act("cancel")}
      />
      {mayWrite(me) && canAskAgain ? (
        <Button
          icon={<ArrowClockwiseRegular />}
          onClick={() => navigate(`/new?ticket=${request.ticketId}&copy=${request.id}${only}`)}
        >
          {t(missing.length > 0 ? "request.againMissing" : "request.again")}
        </Button>
      ) : null}
    </>
  );
}

/** The kinds of logs of which something did not come. */
function missingCollectors(files: readonly LogFile[]): string[] {
  const lost = files.filter(({ state }) => state === "missing" || state === "refused");
  return [...new Set(lost.map(({ collector }) => collector))];
}
