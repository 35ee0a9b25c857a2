import { seed } from "../../../emulator";
import { describePlatform } from "../../contract/snapshot-platform";

const { appId } = seed.dscloud;

describePlatform({
  platform: "dscloud",
  argument: "appId",
  targetId: appId,
  list: "list-backups",
  add: ({ dscloud }, createdAtMs) => dscloud.addBackup(appId, { createdAtMs }),
  removeNewest({ dscloud }) {
    const usable = (dscloud.apps.get(appId)?.present() ?? []).filter((backup) => backup.is_successful);
    usable.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
    dscloud.removeBackup(appId, usable[0]?.name ?? "");
  },
  contentOf: ({ snapshotId }, target) => `dscloud ${target} ${snapshotId}`,
});
