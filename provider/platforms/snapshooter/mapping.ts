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

/** Maximum number of files that a message names. */
const MOST_NAMED = 10;
/** Rotations of a backup; the API spells them `manual` in answers and `is_manual` in requests. */
export const tags = ["manual", "hourly", "daily", "weekly", "monthly"] as const;

// Only `completed` is documented; the others come from the API's sibling objects and common words for failure.
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

/** Maps the platform's word for a status; a word that is not in the list is `unknown`, never success. */
export function toStatus(word: string): SnapshotStatus {
  const known = word.toLowerCase();
  return Object.hasOwn(statuses, known) ? (statuses[known] ?? "unknown") : "unknown";
}

/** Rotations that a backup counts in: booleans here, 0 and 1 in the API's other objects. */
function marksOf(said: Readonly<Record<string, unknown>>): string[] {
  return tags.filter((tag) => said[tag] === true || said[tag] === 1);
}

/** Maps a backup, without its secrets. */
export function toSnapshot(backup: Backup): ObservedSnapshot {
  const createdAt = isoTextOf(backup.created_at);
  const completedAt = isoTextOf(backup.completed_at);
  const status = toStatus(backup.status);
  // A failed post-backup script results in a "success with an error", whose status word is not documented.
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

/** Body of a start: one flag for each rotation. */
export function toStart(tag: unknown): Record<string, boolean> {
  return Object.fromEntries(tags.map((name) => [`is_${name}`, name === (tag ?? "manual")]));
}

/** Id of the backup in the answer to a start, from any of the places where it may be. */
export function startedId(answer: Started): string | undefined {
  return answer.backup_id ?? answer.data?.backup_id ?? answer.data?.id ?? undefined;
}

/** Message and errors in the answer to a start; undefined if it has none. */
export function messageInAnswer({ message, errors }: Started): string | undefined {
  const says = [message, errors].flatMap((part) => {
    const isEmpty = part == null || part === "" || (typeof part === "object" && Object.keys(part).length === 0);
    return isEmpty ? [] : [typeof part === "string" ? part : JSON.stringify(part)];
  });
  return says.length === 0 ? undefined : says.join("; ");
}

/** Selects the backup of a start whose answer names none: the only new one that counts in its rotation. */
export function select(fresh: readonly ObservedSnapshot[], tag: unknown): Selection {
  return onlyOne(fresh.filter(({ marks }) => marks === undefined || marks.includes(String(tag ?? "manual"))));
}

/** Body of a restore: without `files` it restores all of them, without `compute` it runs where the job runs. */
export function toRestore({ files, compute }: RestoreOrder["options"]): Record<string, JsonValue> {
  return defined({ files, compute });
}

/** Maps the answer to a restore. Only `pending` is documented; words for failure count as `failed`. */
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

/** Sentence with the reason why a backup can't be restored as requested; undefined if it can. */
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

/** Phrase that names the files a restore overwrites. */
export function overwritten(jobId: string, backup: Backup, { files, compute }: RestoreOrder["options"]): string {
  const names = new Map((backup.files ?? []).map(({ id, name }) => [id, name]));
  const what = Array.isArray(files)
    ? `${files.map((id) => JSON.stringify(names.get(String(id)) ?? id)).join(", ")} of job ${jobId}`
    : `all files of backup ${backup.id} of job ${jobId}`;
  const { type, server_id: serverId } = (compute ?? {}) as Readonly<Record<string, JsonValue>>;
  const where = compute === undefined ? "where the job runs" : `on ${String(type)} ${String(serverId)}`;
  return `${what}, ${where}`;
}
