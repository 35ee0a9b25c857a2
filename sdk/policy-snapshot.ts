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
  /** With `verify`: when its bytes were checked and found intact, ISO-8601 UTC. */
  verifiedAt?: string;
  /** With `verify`: how many bytes were checked. */
  verifiedBytes?: number;
  /** With `verify`: the SHA-256 of its bytes, in hex. */
  sha256?: string;
  /** With `verify`: why it is broken, and its status `failed`. */
  brokenBecause?: string;
  /** With `verify`: why it could not be checked so far, and its status is `running`. */
  unverifiedBecause?: string;
}
