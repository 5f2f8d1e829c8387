import { Toast, ToastTitle, useToastController, type ToastIntent } from "@fluentui/react-components";

export const TOASTER_ID = "beckon-toasts";

/** A short word at the edge of the page, for as long as somebody points at it; readers of screens hear it too. */
export function useNotify(): (text: string, intent?: ToastIntent) => void {
  const { dispatchToast, pauseToast, playToast } = useToastController(TOASTER_ID);
  return (text, intent = "success") => {
    const toastId = crypto.randomUUID();
    dispatchToast(
      <Toast>
        <ToastTitle>{text}</ToastTitle>
      </Toast>,
      {
        toastId,
        intent,
        timeout: 5_000,
        // Fluent's own pause is undone when the toast has come in, also under a pointer that met it on its way.
        root: { onPointerEnter: () => pauseToast(toastId), onPointerLeave: () => playToast(toastId) },
      },
    );
  };
}
