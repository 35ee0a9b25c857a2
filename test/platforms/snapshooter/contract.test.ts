import { seed } from "../../../emulator";
import { describePlatform } from "../../contract/snapshot-platform";

const { jobId } = seed.snapshooter;

describePlatform({
  platform: "snapshooter",
  argument: "jobId",
  targetId: jobId,
  list: "list-backups",
  show: "get-backup",
  create: "start-backup",
  delete: "delete-backup",
  add: ({ snapshooter }, createdAtMs) => snapshooter.addBackup(jobId, { createdAtMs }),
  removeNewest({ snapshooter }) {
    const completed = (snapshooter.jobs.get(jobId)?.backups.present() ?? []).filter(
      ({ id }) => snapshooter.statusOf(id) === "completed",
    );
    const [newest] = [...completed].sort((a, b) => b.createdAtMs - a.createdAtMs);
    snapshooter.removeBackup(newest?.id ?? "");
  },
  answersAnything: true,
  contentOf: ({ snapshotId }, target) => `snapshooter ${target} ${snapshotId}`,
});
