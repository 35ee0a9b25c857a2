import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import type { ObservedSnapshot } from "../../model/snapshot";
import type { AccountList, VersionItem } from "./schemas";

const QUARTER_HOUR_MS = 15 * 60_000;

/** Local time in a version's name, read as UTC, in milliseconds; undefined if the name is not a time. */
function localTimeMs(version: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(version);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * Offset of the versions' time zone from UTC, in milliseconds, derived from a version whose instant is known. Offsets
 * are whole quarters of an hour, and the platform answers within a quarter of an hour of naming the version.
 */
export function zoneOffsetMs(version: string, instantMs: number): number | undefined {
  const localMs = localTimeMs(version);
  if (localMs === undefined) return undefined;
  const offsetMs = Math.ceil((localMs - instantMs - 60_000) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return Math.abs(offsetMs) <= 14 * 3_600_000 ? offsetMs : undefined;
}

/** Maps a listed version. Its instant is known only with a time zone, from an answer or a tracked version. */
export function toSnapshot(item: VersionItem, zoneMs: number | undefined): ObservedSnapshot {
  const localMs = localTimeMs(item.version);
  const statedMs = instantOf(item.date);
  const instantMs = statedMs ?? (zoneMs === undefined || localMs === undefined ? undefined : localMs - zoneMs);
  return {
    snapshotId: item.version,
    segments: [item.version],
    // The API has no status: a listed version is available.
    status: "available",
    ...defined({ createdAt: isoText(instantMs) }),
    ...(instantMs === undefined || statedMs !== undefined ? {} : { createdAtIsDerived: true }),
    ...defined({ sizeText: item.size == null ? undefined : String(item.size) }),
    details: { version: item.version },
  };
}

/** Sorts newest first; versions sort as text. */
export function newestFirst(snapshots: readonly ObservedSnapshot[]): ObservedSnapshot[] {
  return [...snapshots].sort((a, b) => (a.snapshotId < b.snapshotId ? 1 : a.snapshotId > b.snapshotId ? -1 : 0));
}

/** An entry of the account's list, with its app if the entry names one. */
export interface AccountEntry {
  readonly appId: string | undefined;
  readonly item: VersionItem;
}

function appIdOf(entry: Record<string, unknown>): string | undefined {
  const app = entry["app"];
  const named = [
    entry["appID"],
    entry["appId"],
    entry["app_id"],
    typeof app === "object" && app !== null ? (app as Record<string, unknown>)["id"] : app,
  ];
  return named.find((id): id is string => typeof id === "string" && id !== "");
}

/**
 * Finds the entries in an answer of `GET /snapshot`: the only non-empty array, whose items must all hold a `version`,
 * or the only array if it is empty. Undefined if the answer can't be read.
 */
export function accountEntries(
  answer: AccountList,
  parse: (value: unknown) => VersionItem | undefined,
): AccountEntry[] | undefined {
  const arrays = Object.values(answer).filter((value): value is unknown[] => Array.isArray(value));
  const filled = arrays.filter((array) => array.length > 0);
  if (filled.length === 0) return arrays.length === 1 ? [] : undefined;
  if (filled.length > 1) return undefined;
  const entries: AccountEntry[] = [];
  for (const value of filled[0] ?? []) {
    const item = parse(value);
    if (item === undefined) return undefined;
    entries.push({ appId: appIdOf(value as Record<string, unknown>), item });
  }
  return entries;
}
