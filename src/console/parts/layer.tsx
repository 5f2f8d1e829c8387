import { Suspense, useEffect } from "react";
import { useT } from "#console/i18n/use-t.ts";
import { useNotify } from "#console/shell/use-notify.tsx";
import { ErrorGuard } from "./error-guard.tsx";

interface LayerProps {
  readonly children: React.ReactNode;
  /** Called when it could not be opened, so that it can be asked for again. */
  readonly onFail: () => void;
}

/** What opens above a screen, and whose code comes when it is first wanted. */
export function Layer({ children, onFail }: LayerProps) {
  return (
    <ErrorGuard fallback={() => <NotOpened onFail={onFail} />}>
      <Suspense>{children}</Suspense>
    </ErrorGuard>
  );
}

function NotOpened({ onFail }: { readonly onFail: () => void }) {
  const { t } = useT();
  const notify = useNotify();
  useEffect(() => {
    notify(t("error.layer"), "error");
    onFail();
    // Once, however often it is drawn.
  }, []);
  return null;
}
