import { instantOf } from "../../model/clock";
import { SnapshotsError } from "../../model/errors";
import type { JsonValue, SnapshotStatus } from "../../model/snapshot";
import type { Compiled } from "../../schedule";

/**
 * What a word of the platform means. Only `available` is documented; the others are those of OpenStack's volumes, which
 * the API resembles. A word that is not known is `unknown`, never success.
 */
export function toStatus(word: string | null | undefined): SnapshotStatus {
  const known = (word ?? "").toLowerCase().replace(/[\s_]+/g, "-");
  if (known === "available") return "available";
  if (known === "creating") return "running";
  return known.startsWith("error") ? "failed" : "unknown";
}

/**
 * Newest first by time of creation, whatever order the answer has. Times without a zone name no instant, and still tell
 * which of two is the later.
 */
export function newestFirst<Entry extends { readonly created_at?: string | null | undefined }>(
  entries: readonly Entry[],
): Entry[] {
  const timeMs = ({ created_at: text }: Entry): number =>
    instantOf(text) ?? instantOf(`${(text ?? "").replace(" ", "T")}Z`) ?? 0;
  return [...entries].sort((a, b) => timeMs(b) - timeMs(a));
}

/** An error's detail in words: it is a text, an array of texts, or an array of anything. */
export function detailText(detail: unknown): string | undefined {
  if (typeof detail === "string") return detail;
  if (detail === undefined || detail === null) return undefined;
  return (Array.isArray(detail) ? detail : [detail])
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join("; ");
}

/** What the schedules or the retention of a policy are to the platform; throws where it can't express them. */
export function compiled<Value>(result: Compiled<Value>): Value {
  if ("compiled" in result) return result.compiled;
  throw new SnapshotsError(`[scp] backup policy: ${result.problem}`, { kind: "invalid" });
}

/** Only what is there: the API refuses an explicit null, and a state holds none. */
export function given(fields: Readonly<Record<string, JsonValue | null | undefined>>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] != null));
}
