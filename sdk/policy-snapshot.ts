import type { SnapshotStatus } from "./snapshot";

/** A snapshot that a policy tracks. */
export interface PolicySnapshot {
  /** The platform's own id. */
  id: string;
  /** Samsung Cloud Platform: the snapshot's name. */
  name?: string;
  /** Virtus Cloud: the snapshot's name, which other snapshots of the same target share. */
  snapshotName?: string;
  /** Samsung Cloud Platform: the snapshot's region. */
  region?: string;
  /** Time at which it was taken, ISO-8601 UTC. */
  createdAt?: string;
  /** Status of the snapshot, as far as it is known. */
  status: SnapshotStatus;
  /** Size in bytes, where the API reports bytes. */
  sizeBytes?: number;
  /** Size as text, as the API reports it. */
  sizeText?: string;
  /** The scheduled time that it was taken for, ISO-8601 UTC. */
  slot?: string;
  /** True for a snapshot that already existed and was adopted for its slot. */
  adopted?: boolean;
  /** Reasons why the retention keeps it, such as `daily 2026-11-21`. */
  keptBecause?: string[];
  /** With `verify`: time at which its bytes were found intact, ISO-8601 UTC. */
  verifiedAt?: string;
  /** With `verify`: number of bytes checked. */
  verifiedBytes?: number;
  /** With `verify`: the SHA-256 of its bytes, in hex. */
  sha256?: string;
  /** With `verify`: reason why it is broken and its status is `failed`. */
  brokenBecause?: string;
  /** With `verify`: reason why it could not be checked so far and its status is `running`. */
  unverifiedBecause?: string;
}
