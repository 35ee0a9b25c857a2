import type { SnapshotPlatform } from "../../model/platform";

/** Snapshot operations of a service, which has one kind of target. */
export type ServiceSnapshots = Required<Pick<SnapshotPlatform, "list" | "observe" | "create" | "delete">> &
  Pick<SnapshotPlatform, "update">;
