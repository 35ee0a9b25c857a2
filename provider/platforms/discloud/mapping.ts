import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import type { ObservedSnapshot } from "../../model/snapshot";
import type { AccountList, VersionItem } from "./schemas";

const QUARTER_HOUR_MS = 15 * 60_000;

/** The local time that a version names, read as if it were UTC, in milliseconds; undefined when it names no time. */
function localTimeMs(version: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(version);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * How far the zone of versions is ahead of UTC, in milliseconds, as one version of a known instant shows it. Zones are
 * whole quarters of an hour, and the platform answers within a quarter of an hour after it has named the version.
 */
export function zoneOffsetMs(version: string, instantMs: number): number | undefined {
  const localMs = localTimeMs(version);
  if (localMs === undefined) return undefined;
  const offsetMs = Math.ceil((localMs - instantMs - 60_000) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return Math.abs(offsetMs) <= 14 * 3_600_000 ? offsetMs : undefined;
}

/** A version as the list shows it. Its instant is known only with a zone, from the answer or from an own version. */
export function toSnapshot(item: VersionItem, zoneMs: number | undefined): ObservedSnapshot {
  const localMs = localTimeMs(item.version);
  const statedMs = instantOf(item.date);
  const instantMs = statedMs ?? (zoneMs === undefined || localMs === undefined ? undefined : localMs - zoneMs);
  return {
    snapshotId: item.version,
    segments: [item.version],
    // The API has no status: what it lists is there.
    status: "available",
    ...defined({ createdAt: isoText(instantMs) }),
    ...(instantMs === undefined || statedMs !== undefined ? {} : { createdAtIsDerived: true }),
    ...defined({ sizeText: item.size == null ? undefined : String(item.size) }),
    details: { version: item.version },
  };
}

/** Newest first: a version sorts as text. */
export function newestFirst(snapshots: readonly ObservedSnapshot[]): ObservedSnapshot[] {
  return [...snapshots].sort((a, b) => (a.snapshotId < b.snapshotId ? 1 : a.snapshotId > b.snapshotId ? -1 : 0));
}

/** An entry of the account's list as far as it can be understood. */
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
 * Finds the entries in an answer of `GET /snapshot`: the one array whose items all hold a `version`, or an empty array
 * where there is no other. Undefined when the answer can't be understood.
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
