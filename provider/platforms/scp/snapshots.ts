import type { SnapshotPlatform } from "../../model/platform";

/** The snapshots of the one kind of target that a service has. */
export type ServiceSnapshots = Required<Pick<SnapshotPlatform, "list" | "observe" | "create" | "delete">> &
  Pick<SnapshotPlatform, "update">;
