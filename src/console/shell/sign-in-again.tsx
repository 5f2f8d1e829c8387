import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { meQuery } from "#console/api/queries.ts";
import { useT } from "#console/i18n/use-t.ts";
import { signInUrl } from "./sign-in.tsx";

/** Over the page of somebody whose session has ended. They sign in beside it, and go on with what they were writing. */
export function SignInAgain() {
  const { t } = useT();
  const client = useQueryClient();
  useEffect(() => {
    const look = () => void client.refetchQueries({ queryKey: meQuery.queryKey });
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [client]);
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("signIn.title")}</DialogTitle>
          <DialogContent>
            <p>{t("signIn.again")}</p>
          </DialogContent>
          <DialogActions>
            <Button
              as="a"
              appearance="primary"
              href={signInUrl(location.pathname + location.search + location.hash)}
              target="_blank"
            >
              {t("signIn.action")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
