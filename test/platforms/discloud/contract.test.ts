import { seed } from "../../../emulator";
import { describePlatform } from "../../contract/snapshot-platform";

const { appId } = seed.discloud;

describePlatform({
  platform: "discloud",
  argument: "appId",
  targetId: appId,
  list: "list-app-snapshots",
  create: "create-snapshot",
  add: ({ discloud }, createdAtMs) => discloud.addSnapshot(appId, { createdAtMs }),
  removeNewest({ discloud }) {
    const versions = (discloud.apps.get(appId)?.snapshots.present() ?? []).map(({ version }) => version).sort();
    discloud.removeSnapshot(appId, versions.at(-1) ?? "");
  },
  credentialHeader: "api-token",
  contentOf: ({ snapshotId }, target) => `discloud ${target} ${snapshotId}`,
});
