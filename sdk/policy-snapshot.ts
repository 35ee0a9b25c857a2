import type { SnapshotStatus } from "./snapshot";

/** A snapshot that a policy holds. */
export interface PolicySnapshot {
  /** The platform's own id. */
  id: string;
  /** Samsung Cloud Platform: its name. */
  name?: string;
  /** Virtus Cloud: its name, which others of the same target share. */
  snapshotName?: string;
  /** Samsung Cloud Platform: the region that it is in. */
  region?: string;
  /** ISO-8601 UTC. */
  createdAt?: string;
  /** What is known of its state. */
  status: SnapshotStatus;
  /** Its size in bytes, where the API gives bytes. */
  sizeBytes?: number;
  /** Its size as the API says it. */
  sizeText?: string;
  /** The scheduled time that it was taken for, ISO-8601 UTC. */
  slot?: string;
  /** It was there already, and settles its slot. */
  adopted?: boolean;
  /** Why the retention keeps it, such as `daily 2026-11-21`. */
  keptBecause?: string[];
}
