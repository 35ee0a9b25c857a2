import { type Emulator, seed } from "../../../emulator";
import { describePlatform } from "../../contract/snapshot-platform";

const removeNewest = (targetId: string) => (emulator: Emulator) => {
  const present = emulator.virtus.targets.get(targetId)?.snapshots.present() ?? [];
  const newest = [...present].sort((a, b) => b.modifiedMs - a.modifiedMs)[0];
  if (newest !== undefined) emulator.virtus.removeSnapshot(targetId, newest);
};

describe("an app", () => {
  const { appId } = seed.virtus;
  describePlatform({
    platform: "virtus",
    argument: "appId",
    targetId: appId,
    list: "list-app-snapshots",
    create: "create-app-snapshot",
    add: ({ virtus }, modifiedMs) => virtus.addSnapshot(appId, { modifiedMs }),
    removeNewest: removeNewest(appId),
    contentOf: (_reference, target) => `virtus app ${target}`,
  });
});

describe("a database", () => {
  const { databaseId } = seed.virtus;
  describePlatform({
    platform: "virtus",
    argument: "databaseId",
    targetId: databaseId,
    list: "list-database-snapshots",
    create: "create-database-snapshot",
    add: ({ virtus }, modifiedMs) => virtus.addSnapshot(databaseId, { modifiedMs }),
    removeNewest: removeNewest(databaseId),
    contentOf: ({ snapshotId }, target) => `virtus database ${target} ${snapshotId}`,
  });
});
