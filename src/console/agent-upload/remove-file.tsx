import { Button } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useQueryClient } from "@tanstack/react-query";
import { callApi } from "#console/api/call-api.ts";
import type { LogFile } from "#console/api/shapes.ts";
import { useT } from "#console/i18n/use-t.ts";
import { Confirm } from "#console/parts/confirm.tsx";
import { useMe } from "#console/shell/me-context.ts";
import { mayWrite } from "#console/shell/roles.ts";

/** Removes a file that an agent added; nothing at any other file. Whose it may be, the server decides. */
export function RemoveFile({ file }: { readonly file: LogFile }) {
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const remove = async () => {
    await callApi("DELETE", `/v1/files/${file.id}`);
    await Promise.all([
      client.invalidateQueries({ queryKey: ["ticket", file.ticketId] }),
      client.invalidateQueries({ queryKey: ["file", file.id] }),
    ]);
  };
  if (file.agentUploadId === undefined || !mayWrite(me)) return null;
  return (
    <Confirm
      trigger={
        <Button size="small" icon={<DeleteRegular />} aria-label={t("files.remove", { name: file.name })}>
          {t("files.remove.short")}
        </Button>
      }
      title={t("files.remove.title")}
      text={t("files.remove.text")}
      action={t("files.remove.short")}
      onConfirm={remove}
    />
  );
}
