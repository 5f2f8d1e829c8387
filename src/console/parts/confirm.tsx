import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
} from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { useT } from "#console/i18n/use-t.ts";
import { focusTitleIfLost } from "./focus-title.ts";
import { ErrorState } from "./query-states.tsx";

interface ConfirmProps {
  /** False: what is asked can no longer be done. A question that stands open stays, and says so when it is answered. */
  readonly isOffered?: boolean;
  readonly trigger: React.ReactElement<{ disabled?: boolean }>;
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** May reject: then the dialog stays and says why. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something that others will notice. */
export function Confirm({ isOffered = true, trigger, title, text, action, onConfirm }: ConfirmProps) {
  const { t } = useT();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      wasDone.current = true;
      setOpen(false);
    } catch (trouble) {
      setError(trouble);
    } finally {
      setBusy(false);
    }
  };
  const wasDone = useFocusWhenGone(!isOffered && !isOpen);
  if (!isOffered && !isOpen) return null;
  const surface = (
    <DialogSurface>
      <DialogBody>
        <DialogTitle>{title}</DialogTitle>
        <DialogContent>
          <p>{text}</p>
          {error === undefined ? null : <ErrorState error={error} />}
        </DialogContent>
        <DialogActions>
          <DialogTrigger disableButtonEnhancement>
            <Button>{t("back")}</Button>
          </DialogTrigger>
          <Button appearance="primary" disabledFocusable={isBusy} onClick={() => void confirm()}>
            {action}
          </Button>
        </DialogActions>
      </DialogBody>
    </DialogSurface>
  );
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(_, { open }) => {
        setError(undefined);
        setOpen(open);
      }}
      modalType="alert"
    >
      <DialogTrigger disableButtonEnhancement>{trigger}</DialogTrigger>
      {surface}
    </Dialog>
  );
}

/**
 * What was confirmed often takes its own button away, and with it the place that the focus would come back to: the button
 * alone, or the card that it stood on. @returns where to note that it was done
 */
function useFocusWhenGone(isGone: boolean): { current: boolean } {
  const wasDone = useRef(false);
  useEffect(() => {
    if (isGone && wasDone.current) focusTitleIfLost();
  }, [isGone]);
  useEffect(
    () => () => {
      if (wasDone.current) focusTitleIfLost();
    },
    [],
  );
  return wasDone;
}
