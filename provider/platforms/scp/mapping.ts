import { instantOf } from "../../model/clock";
import { SnapshotsError } from "../../model/errors";
import type { JsonValue, SnapshotStatus } from "../../model/snapshot";
import type { Compiled } from "../../schedule";

/**
 * Maps a status word of the platform. Only `available` is documented; the others are those of OpenStack's volumes,
 * which the API resembles. An unrecognized word maps to `unknown`, never to success.
 */
export function toStatus(word: string | null | undefined): SnapshotStatus {
  const known = (word ?? "").toLowerCase().replace(/[\s_]+/g, "-");
  if (known === "available") return "available";
  if (known === "creating") return "running";
  return known.startsWith("error") ? "failed" : "unknown";
}

/**
 * Sorts entries newest first by creation time, whatever their order in the answer. A time without a zone does not
 * identify an instant, but still orders two entries.
 */
export function newestFirst<Entry extends { readonly created_at?: string | null | undefined }>(
  entries: readonly Entry[],
): Entry[] {
  const timeMs = ({ created_at: text }: Entry): number =>
    instantOf(text) ?? instantOf(`${(text ?? "").replace(" ", "T")}Z`) ?? 0;
  return [...entries].sort((a, b) => timeMs(b) - timeMs(a));
}

/** Text of an error's detail, which is a string, an array of strings, or an array of anything. */
export function detailText(detail: unknown): string | undefined {
  if (typeof detail === "string") return detail;
  if (detail === undefined || detail === null) return undefined;
  return (Array.isArray(detail) ? detail : [detail])
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join("; ");
}

/** Returns the compiled schedules or retention of a policy; throws if the platform can't express them. */
export function compiled<Value>(result: Compiled<Value>): Value {
  if ("compiled" in result) return result.compiled;
  throw new SnapshotsError(`[scp] backup policy: ${result.problem}`, { kind: "invalid" });
}

/** Omits null and undefined members: the API rejects an explicit null, and a state holds none. */
export function given(fields: Readonly<Record<string, JsonValue | null | undefined>>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] != null));
}
