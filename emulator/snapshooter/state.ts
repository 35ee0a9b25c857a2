import type { Shelf } from "../shelf";

/** The rotations that a backup may count in. */
export type SnapshooterTag = "manual" | "hourly" | "daily" | "weekly" | "monthly";

/** One file of a backup. */
export interface SnapshooterFile {
  readonly id: string;
  /** A full path as a rule; data, whatever it holds. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** One backup that SnapShooter holds. */
export interface SnapshooterBackup {
  readonly id: string;
  readonly jobId: string;
  readonly tags: Readonly<Record<SnapshooterTag, boolean>>;
  readonly createdAtMs: number;
  /** When it leaves `pending`; Infinity: never. */
  readonly startsAtMs: number;
  /** When it leaves `running`; Infinity: never. */
  readonly endsAtMs: number;
  /** The word that it ends in. */
  readonly outcome: string;
  readonly files: readonly SnapshooterFile[];
  /** Base64 of a PEM; null: not encrypted (assumed). */
  readonly encryptionKey: string | null;
}

/** One schedule of a job, in the form that SnapShooter answers. */
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

/** One backup job. What may be changed is changed by tests only: the API's way to do it isn't documented. */
export interface SnapshooterJob {
  readonly id: string;
  name: string;
  /** The slug of its recipe; the documents show `file-backups`. */
  recipe: string;
  /** `server`, `ss_agent` or, assumed, `serverless`. */
  computeType: string;
  serverId: number;
  /** By the config's field. */
  config: Record<string, unknown>;
  storage: Record<string, unknown>;
  schedules: SnapshooterSchedule[];
  encryptionKeyId: string | null;
  readonly backups: Shelf<SnapshooterBackup>;
}

/** A restore that was asked for; the API has no way to read it again. */
export interface SnapshooterRestore {
  readonly id: string;
  readonly jobId: string;
  readonly backupId: string;
  readonly fileIds: readonly string[];
  readonly compute: { readonly type: string; readonly serverId: number };
  readonly at: number;
}

/** What tests read and change of the emulated SnapShooter. */
export interface SnapshooterState {
  readonly jobs: ReadonlyMap<string, SnapshooterJob>;
  readonly restores: readonly SnapshooterRestore[];
  /** How long a backup that is started from now on is pending, then running. Infinity: for ever. Default 500 and 1,000. */
  readonly timing: { pendingMs: number; runningMs: number };
  /** The word in which a backup that is started from now on ends. Default `completed`; any other may be unknown. */
  outcome: string;
  /** The names of the files of backups from now on. Default: one, under the backup's directory. */
  fileNames: readonly string[] | undefined;
  /** The encryption key of backups from now on, as every answer holds it; null: not encrypted. */
  encryptionKey: string | null;
  /** The words of backups that have ended, which have a `completed_at`. Default `completed`, `failed`, `expired` (assumed). */
  readonly endedWords: string[];
  /**
   * Where the answer to a start holds the new backup's id. Default `backup_id`, at the top level. `message`: nowhere, and
   * it says only that one was started; `none`: nowhere, and it says nothing.
   */
  startAnswer: "backup_id" | "data.backup_id" | "data.id" | "message" | "none";
  /** The status of the answer to a start. Default 201; the documents name none. */
  startStatus: number;
  /** Nothing is started, and the answer to a start is this message with 200. Default: none. */
  startRefusal: string | undefined;
  /** `true`: while a backup of the job is pending or running, a start starts none and answers that one's id. */
  startJoins: boolean;
  /** The word in the answer to a restore. Default `pending`, as in the documents; no other is documented. */
  restoreStatus: string;
  /** What an expired backup leaves: its entry with that word (default), or nothing. */
  expiry: "word" | "removal";
  /**
   * What a deletion does. Default `accepted`. `not-found`: nothing, and it is answered 404, as if there were no such
   * backup; `not-allowed`: nothing, and it is answered 405, as where the API has no such method.
   */
  deletion: "accepted" | "not-found" | "not-allowed";
  /** How long a backup is still shown after its deletion was accepted, in milliseconds. Infinity: for ever. Default 0. */
  deletionMs: number;
  /**
   * Which members of a list lead to its next page. Default both; `none`: `links` and `meta` are empty, as in the documents;
   * `whole`: they are empty, and each page is the whole list.
   */
  paging: "both" | "links" | "meta" | "none" | "whole";
  /** How many entries more than there are `meta.total` states. Default 0. */
  totalSurplus: number;
  /** Called when a page of a list is answered: what it changes moves entries between this page and the next one. */
  afterPage: ((list: "jobs" | "backups", page: number) => void) | undefined;
  /** The platform's order of a job's backups without `sort`. Default newest first (assumed). */
  defaultOrder: "newest-first" | "oldest-first";
  /** No page of a list holds more entries, whatever was asked for. Default Infinity. */
  pageCap: number;
  /** Replaces the origin in `links.next`. Default: none. */
  nextOrigin: string | undefined;
  /** Requests per window; none is documented, so Infinity by default. */
  readonly rateLimit: { limit: number; windowMs: number };
  /** A backup's status word, by the platform's clock. */
  statusOf(backupId: string): string;
  addJob(job?: { id?: string; name?: string; computeType?: string; recipe?: string }): SnapshooterJob;
  removeJob(id: string): void;
  /** A backup that this program didn't start. Default: taken now, completed, manual. */
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
  /** Moves a backup on, whatever the clock says. */
  setStatus(backupId: string, status: string): void;
}

/** The rotations, in the order of the documents. */
export const tags = ["manual", "hourly", "daily", "weekly", "monthly"] as const;
/** The flags of a backup that counts in these rotations. */
export const only = (...set: readonly SnapshooterTag[]) =>
  Object.fromEntries(tags.map((tag) => [tag, set.includes(tag)])) as Record<SnapshooterTag, boolean>;
