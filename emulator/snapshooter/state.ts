import type { Shelf } from "../shelf";

/** Rotations that a backup may count toward. */
export type SnapshooterTag = "manual" | "hourly" | "daily" | "weekly" | "monthly";

/** One file of a backup. */
export interface SnapshooterFile {
  readonly id: string;
  /** Usually a full path, but any text is allowed. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** One backup on SnapShooter. */
export interface SnapshooterBackup {
  readonly id: string;
  readonly jobId: string;
  readonly tags: Readonly<Record<SnapshooterTag, boolean>>;
  readonly createdAtMs: number;
  /** Time at which it leaves `pending`; Infinity: never. */
  readonly startsAtMs: number;
  /** Time at which it leaves `running`; Infinity: never. */
  readonly endsAtMs: number;
  /** Final status word. */
  readonly outcome: string;
  readonly files: readonly SnapshooterFile[];
  /** Base64 of a PEM; null: not encrypted (assumed). */
  readonly encryptionKey: string | null;
}

/** One schedule of a job, as SnapShooter answers it. */
export interface SnapshooterSchedule {
  id: number;
  schedule_name: string;
  schedule_order: number;
  status: string;
  frequency: number;
  frequency_mode: string;
  cron: string;
  timezone: string;
  run_offset: number;
  retention: { hourly: number; daily: number; weekly: number; monthly: number };
  resource_type: string;
  resource_id: string;
}

/** One backup job. Only tests change its mutable members: how the API changes them isn't documented. */
export interface SnapshooterJob {
  readonly id: string;
  name: string;
  /** The slug of its recipe; the documents show `file-backups`. */
  recipe: string;
  /** `server`, `ss_agent` or, assumed, `serverless`. */
  computeType: string;
  serverId: number;
  /** Values by the config's field. */
  config: Record<string, unknown>;
  storage: Record<string, unknown>;
  schedules: SnapshooterSchedule[];
  encryptionKeyId: string | null;
  readonly backups: Shelf<SnapshooterBackup>;
}

/** A requested restore; the API has no way to read it again. */
export interface SnapshooterRestore {
  readonly id: string;
  readonly jobId: string;
  readonly backupId: string;
  readonly fileIds: readonly string[];
  readonly compute: { readonly type: string; readonly serverId: number };
  readonly at: number;
}

/** State of the emulated SnapShooter that tests read and change. */
export interface SnapshooterState {
  readonly jobs: ReadonlyMap<string, SnapshooterJob>;
  readonly restores: readonly SnapshooterRestore[];
  /** How long a backup started from now on is pending, then running. Infinity: forever. Default 500 and 1,000. */
  readonly timing: { pendingMs: number; runningMs: number };
  /** Final status word of backups started from now on. Default `completed`; any other may be unknown. */
  outcome: string;
  /** File names of backups taken from now on. Default: one, under the backup's directory. */
  fileNames: readonly string[] | undefined;
  /** Encryption key of backups taken from now on, as every answer holds it; null: not encrypted. */
  encryptionKey: string | null;
  /** Words of ended backups, which have a `completed_at`. Default `completed`, `failed`, `expired` (assumed). */
  readonly endedWords: string[];
  /**
   * Place of the new backup's id in the answer to a start. Default `backup_id`, at the top level. `message`: no id,
   * only a message that a backup was started; `none`: neither an id nor a message.
   */
  startAnswer: "backup_id" | "data.backup_id" | "data.id" | "message" | "none";
  /** The status of the answer to a start. Default 201; the documents name none. */
  startStatus: number;
  /** If set, a start starts nothing, and its answer is this message with 200. Default: none. */
  startRefusal: string | undefined;
  /** `true`: while a backup of the job is pending or running, a start starts no other and answers that one's id. */
  startJoins: boolean;
  /** The word in the answer to a restore. Default `pending`, as in the documents; no other is documented. */
  restoreStatus: string;
  /** Effect of an expiry: the backup's entry stays with the word `expired` (default), or is removed. */
  expiry: "word" | "removal";
  /**
   * Effect of a deletion. Default `accepted`. `not-found`: deletes nothing and answers 404, as if there were no such
   * backup; `not-allowed`: deletes nothing and answers 405, as if the API had no such method.
   */
  deletion: "accepted" | "not-found" | "not-allowed";
  /** How long a backup is still shown after an accepted deletion, in milliseconds. Infinity: forever. Default 0. */
  deletionMs: number;
  /**
   * Members of a list that lead to its next page. Default both; `none`: `links` and `meta` are empty, as in the
   * documents; `whole`: they are empty, and each page is the whole list.
   */
  paging: "both" | "links" | "meta" | "none" | "whole";
  /** Number of entries that `meta.total` states beyond those that exist. Default 0. */
  totalSurplus: number;
  /** Called when a page of a list is answered; its changes move entries between this page and the next one. */
  afterPage: ((list: "jobs" | "backups", page: number) => void) | undefined;
  /** The platform's order of a job's backups without `sort`. Default newest first (assumed). */
  defaultOrder: "newest-first" | "oldest-first";
  /** Maximum number of entries on a page, whatever was requested. Default Infinity. */
  pageCap: number;
  /** Replaces the origin in `links.next`. Default: none. */
  nextOrigin: string | undefined;
  /** Requests per window; none is documented, so Infinity by default. */
  readonly rateLimit: { limit: number; windowMs: number };
  /** A backup's status word, by the platform's clock. */
  statusOf(backupId: string): string;
  addJob(job?: { id?: string; name?: string; computeType?: string; recipe?: string }): SnapshooterJob;
  removeJob(id: string): void;
  /** Adds a backup that this program didn't start. Default: taken now, completed, manual. */
  addBackup(
    jobId: string,
    backup?: {
      id?: string;
      createdAtMs?: number;
      /** By the platform's clock. Default: it has ended. */
      endsAtMs?: number;
      tag?: SnapshooterTag;
      status?: string;
      fileNames?: readonly string[];
      encryptionKey?: string | null;
    },
  ): SnapshooterBackup;
  removeBackup(backupId: string): void;
  /** Sets a backup's status, whatever the clock says. */
  setStatus(backupId: string, status: string): void;
}

/** The rotations, in the order of the documents. */
export const tags = ["manual", "hourly", "daily", "weekly", "monthly"] as const;
/** Flags of a backup that counts toward these rotations. */
export const only = (...set: readonly SnapshooterTag[]) =>
  Object.fromEntries(tags.map((tag) => [tag, set.includes(tag)])) as Record<SnapshooterTag, boolean>;
