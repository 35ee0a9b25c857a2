import { isoTextOf } from "../../model/clock";
import { type ObservedSnapshot, onlyOne, type Selection, type SnapshotStatus } from "../../model/snapshot";
import type { Backup, Started } from "./schemas";

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
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(backup.tags == null ? {} : { marks: marksOf(backup.tags) }),
    details: {
      ...(completedAt === undefined ? {} : { completedAt }),
      ...(backup.files == null
        ? {}
        : {
            files: backup.files.map(({ id, name, size }) => ({
              id,
              name,
              ...(size == null ? {} : { sizeText: size }),
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
