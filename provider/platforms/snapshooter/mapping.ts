import { isoTextOf } from "../../model/clock";
import { defined } from "../../model/defined";
import type { ObservedRestore, RestoreOrder } from "../../model/restore";
import {
  type JsonValue,
  type ObservedSnapshot,
  onlyOne,
  type Selection,
  type SnapshotStatus,
} from "../../model/snapshot";
import type { Backup, Restore, Started } from "./schemas";

/** How many files a message names. */
const MOST_NAMED = 10;
/** The rotations that a start can name, in the API's two spellings. */
export const tags = ["manual", "hourly", "daily", "weekly", "monthly"] as const;

// Only `completed` is documented; the rest are the words of its sibling objects and of failure.
const statuses: Readonly<Record<string, SnapshotStatus>> = {
  completed: "available",
  expired: "gone",
  pending: "pending",
  pre_request: "pending",
  queued: "pending",
  running: "running",
  started: "running",
  in_progress: "running",
  failed: "failed",
  error: "failed",
  aborted: "failed",
  cancelled: "failed",
  canceled: "failed",
  timeout: "failed",
};

/** What a word of the platform means; a word that is not known is `unknown`, never success. */
export function toStatus(word: string): SnapshotStatus {
  const known = word.toLowerCase();
  return Object.hasOwn(statuses, known) ? (statuses[known] ?? "unknown") : "unknown";
}

/** The rotations that a backup counts in: booleans here, 0 and 1 on the API's other objects. */
function marksOf(said: Readonly<Record<string, unknown>>): string[] {
  return tags.filter((tag) => said[tag] === true || said[tag] === 1);
}

/** A backup as the API shows it, without its secrets. */
export function toSnapshot(backup: Backup): ObservedSnapshot {
  const createdAt = isoTextOf(backup.created_at);
  const completedAt = isoTextOf(backup.completed_at);
  const status = toStatus(backup.status);
  // A failed post-backup script makes a "success with an error", whose word is documented nowhere.
  const hasEnded = status === "unknown" && backup.completed_at != null && backup.completed_at !== "";
  return {
    snapshotId: backup.id,
    segments: [backup.id],
    status,
    platformStatus: backup.status,
    ...(hasEnded ? { ended: true } : {}),
    ...defined({ createdAt, marks: backup.tags == null ? undefined : marksOf(backup.tags) }),
    details: {
      ...defined({ completedAt }),
      ...(backup.files == null
        ? {}
        : {
            files: backup.files.map(({ id, name, size }) => ({
              id,
              name,
              ...defined({ sizeText: size ?? undefined }),
            })),
          }),
    },
  };
}

/** The body of a start: one flag a rotation. */
export function toStart(tag: unknown): Record<string, boolean> {
  return Object.fromEntries(tags.map((name) => [`is_${name}`, name === (tag ?? "manual")]));
}

/** The id in the answer to a start, wherever it stands. */
export function startedId(answer: Started): string | undefined {
  return answer.backup_id ?? answer.data?.backup_id ?? answer.data?.id ?? undefined;
}

/** What the answer to a start says, where it says anything: its message, then its errors. */
export function saidInstead({ message, errors }: Started): string | undefined {
  const says = [message, errors].flatMap((part) => {
    const isEmpty = part == null || part === "" || (typeof part === "object" && Object.keys(part).length === 0);
    return isEmpty ? [] : [typeof part === "string" ? part : JSON.stringify(part)];
  });
  return says.length === 0 ? undefined : says.join("; ");
}

/** What a start whose answer names no backup has made: the only new one that counts in its rotation. */
export function select(fresh: readonly ObservedSnapshot[], tag: unknown): Selection {
  return onlyOne(fresh.filter(({ marks }) => marks === undefined || marks.includes(String(tag ?? "manual"))));
}

/** The body of a restore: without files it is of all of them, without compute it runs where the job does. */
export function toRestore({ files, compute }: RestoreOrder["options"]): Record<string, JsonValue> {
  return defined({ files, compute });
}

/** A restore as the answer to its request shows it. Only `pending` is documented; a word for failure is taken as one. */
export function toObservedRestore(restore: Restore, answeredAt: string | undefined): ObservedRestore {
  const startedAt = isoTextOf(restore.started_at) ?? answeredAt;
  const completedAt = isoTextOf(restore.completed_at);
  return {
    restoreId: restore.id,
    status: toStatus(restore.status) === "failed" ? "failed" : "accepted",
    platformStatus: restore.status,
    ...defined({ startedAt, completedAt }),
  };
}

/** Why a backup is not restored as it was asked for: a sentence; undefined where nothing stands against it. */
export function restoreProblem(backup: Backup, { files: asked }: RestoreOrder["options"]): string | undefined {
  const status = toStatus(backup.status);
  if (status !== "available" && status !== "unknown") {
    return `its status is "${backup.status}", and only a completed backup is restored`;
  }
  if (!Array.isArray(asked) || backup.files == null) return undefined;
  const known = new Map(backup.files.map(({ id, name }) => [id, name]));
  const strange = asked.filter((id) => !known.has(String(id)));
  if (strange.length === 0) return undefined;
  const there = [...known].map(([id, name]) => `${id} (${JSON.stringify(name)})`);
  return (
    `it has no file ${strange.join(", ")}. ` +
    (there.length === 0
      ? "It shows no files at all"
      : `Its files are ${there.slice(0, MOST_NAMED).join(", ")}${there.length > MOST_NAMED ? " and others" : ""}`)
  );
}

/** What a restore overwrites, in words. */
export function overwritten(jobId: string, backup: Backup, { files, compute }: RestoreOrder["options"]): string {
  const names = new Map((backup.files ?? []).map(({ id, name }) => [id, name]));
  const what = Array.isArray(files)
    ? `${files.map((id) => JSON.stringify(names.get(String(id)) ?? id)).join(", ")} of job ${jobId}`
    : `all files of backup ${backup.id} of job ${jobId}`;
  const { type, server_id: serverId } = (compute ?? {}) as Readonly<Record<string, JsonValue>>;
  const where = compute === undefined ? "where the job runs" : `on ${String(type)} ${String(serverId)}`;
  return `${what}, ${where}`;
}
