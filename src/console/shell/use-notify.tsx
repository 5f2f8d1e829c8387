import { Toast, ToastTitle, useToastController, type ToastIntent } from "@fluentui/react-components";

export const TOASTER_ID = "beckon-toasts";

/** A short word at the edge of the page; readers of screens hear it too. */
export function useNotify(): (text: string, intent?: ToastIntent) => void {
  const { dispatchToast } = useToastController(TOASTER_ID);
  return (text, intent = "success") =>
    dispatchToast(
      <Toast>
        <ToastTitle>{text}</ToastTitle>
      </Toast>,
      { intent, timeout: 5_000 },
    );
}
