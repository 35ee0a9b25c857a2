import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import { type ObservedSnapshot, onlyOne, type Selection } from "../../model/snapshot";
import type { ListEntry } from "./schemas";

/** How many versions a message names. */
const MOST_NAMED = 5;
/** How far `modified` may be from the answer's `Date` for a snapshot to count as the one that the answer is about. */
const CLOSE_MS = 5 * 60_000;

/** The value of a parameter in a link's query, decoded, without reading `+` as a space. */
export function queryParameter(key: string, name: string): string | undefined {
  for (const pair of key.replace(/^\?/, "").split("&")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).toLowerCase() !== name.toLowerCase()) continue;
    const value = pair.slice(at + 1);
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  }
  return undefined;
}

function versionIdOf(key: string): string | undefined {
  const versionId = queryParameter(key, "versionId");
  return versionId === "" ? undefined : versionId;
}

function describe(
  kind: string,
  name: string,
  versionId: string | undefined,
  instantMs: number | undefined,
): ObservedSnapshot | undefined {
  const snapshotId = versionId ?? isoText(instantMs);
  if (snapshotId === undefined) return undefined;
  return {
    snapshotId,
    // A database's snapshots are all named after the database.
    segments: kind === "app" ? [name, snapshotId] : [snapshotId],
    status: "available",
    ...defined({ createdAt: isoText(instantMs) }),
    details: { snapshotName: name, ...defined({ versionId }) },
  };
}

/** An entry of the list; the API has no status: what it lists is there. */
export function toSnapshot(kind: string, entry: ListEntry): ObservedSnapshot {
  const snapshot = describe(kind, entry.name, versionIdOf(entry.key), instantOf(entry.modified));
  if (snapshot === undefined) throw new TypeError(`${entry.modified} was checked to be a time`);
  return typeof entry.size === "number" ? { ...snapshot, sizeBytes: entry.size } : snapshot;
}

/**
 * Whether an entry is the snapshot that a reference means. What is known by its time, from a list without versions, is
 * still itself when its key begins to name one.
 */
export function isMeant(
  kind: string,
  entry: ListEntry,
  reference: { readonly snapshotId: string; readonly name?: string },
): boolean {
  if (kind === "app" && reference.name !== undefined && reference.name !== entry.name) return false;
  return (
    versionIdOf(entry.key) === reference.snapshotId ||
    (instantOf(reference.snapshotId) ?? Number.NaN) === instantOf(entry.modified)
  );
}

/** An entry as the snapshot that a reference means: its id stays what it was. */
export function toMeant(kind: string, entry: ListEntry, reference: { readonly snapshotId: string }): ObservedSnapshot {
  const snapshot = toSnapshot(kind, entry);
  if (snapshot.snapshotId === reference.snapshotId) return snapshot;
  const snapshotId = isoText(instantOf(entry.modified) ?? 0);
  return { ...snapshot, snapshotId, segments: [...snapshot.segments.slice(0, -1), snapshotId] };
}

/** Whether an entry's link leads to a newer snapshot: without a version it serves whatever its name has last. */
export function servesAnother(kind: string, entry: ListEntry, entries: readonly ListEntry[]): boolean {
  if (versionIdOf(entry.key) !== undefined) return false;
  const modifiedMs = instantOf(entry.modified) ?? 0;
  return entries.some(
    (other) =>
      (kind === "database" || other.name === entry.name) &&
      (instantOf(other.modified) ?? Number.POSITIVE_INFINITY) > modifiedMs,
  );
}

/** Whether a list can show a snapshot at all: one known by its version is not told by keys that name none. */
export function canShow(entries: readonly ListEntry[], reference: { readonly snapshotId: string }): boolean {
  return instantOf(reference.snapshotId) !== undefined || entries.every(({ key }) => versionIdOf(key) !== undefined);
}

/** What a create's answer tells: the name from its link, and the version where its key holds one. */
export function createHints(url: string | null | undefined, key: string | null | undefined): Record<string, string> {
  const hints: Record<string, string> = {};
  const link = url != null && URL.canParse(url) ? new URL(url) : undefined;
  const file = link?.pathname.split("/").at(-1) ?? "";
  if (file.endsWith(".zip") && file.length > 4) {
    try {
      hints["name"] = decodeURIComponent(file.slice(0, -4));
    } catch {
      hints["name"] = file.slice(0, -4);
    }
  }
  const versionId = versionIdOf(key ?? "") ?? versionIdOf(link?.search ?? "");
  if (versionId !== undefined) hints["versionId"] = versionId;
  return hints;
}

/** The new snapshot as its create's answer alone shows it; only a versionId can name it. */
export function unlisted(
  kind: string,
  hints: Readonly<Record<string, string>>,
  serverTimeMs: number | undefined,
): ObservedSnapshot | undefined {
  const { name, versionId } = hints;
  return name === undefined || versionId === undefined ? undefined : describe(kind, name, versionId, serverTimeMs);
}

/**
 * Finds what an answered create has made among the entries that were not there before: by the versionId of its key,
 * else (none there, or the list shows none) the one of its name that is nearest to the answer's `Date`.
 */
export function select(
  hints: Readonly<Record<string, string>>,
  serverTimeMs: number | undefined,
  fresh: readonly ObservedSnapshot[],
): Selection {
  const { name, versionId } = hints;
  if (versionId !== undefined) {
    const snapshot = fresh.find((candidate) => candidate.details["versionId"] === versionId);
    if (snapshot !== undefined) return { outcome: "one", snapshot, others: [] };
  }
  const named = fresh.filter(
    ({ details }) =>
      (name === undefined || details["snapshotName"] === name) &&
      // Beside a version that the answer names, only an entry whose own version is not shown can be it.
      (versionId === undefined || details["versionId"] === undefined),
  );
  if (serverTimeMs === undefined) {
    return onlyOne(named);
  }
  const distanceMs = (candidate: ObservedSnapshot): number =>
    Math.abs(Date.parse(candidate.createdAt ?? "") - serverTimeMs);
  const close = named.filter((candidate) => distanceMs(candidate) <= CLOSE_MS);
  const [snapshot, ...others] = close.sort((a, b) => distanceMs(a) - distanceMs(b));
  return snapshot === undefined ? { outcome: "none" } : { outcome: "one", snapshot, others };
}

/** When a link's key stops working, where it says so: `Expires` in seconds since 1970, or the `X-Amz-` pair. */
export function keyExpiry(key: string): string | undefined {
  const expires = queryParameter(key, "Expires");
  if (expires !== undefined && /^\d{9,11}$/.test(expires)) return isoText(Number(expires) * 1000);
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(queryParameter(key, "X-Amz-Date") ?? "");
  const seconds = queryParameter(key, "X-Amz-Expires");
  if (signed === null || seconds === undefined || !/^\d{1,9}$/.test(seconds)) return undefined;
  const [, year, month, day, hour, minute, second] = signed;
  const signedMs = instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return signedMs === undefined ? undefined : isoText(signedMs + Number(seconds) * 1000);
}

/** The download link of an entry. The key is taken as it is; only what no URL can carry is escaped. */
export function downloadUrl(
  snapshotsUrl: string,
  kind: string,
  accountId: string,
  entry: { readonly name: string; readonly key: string },
): string {
  const folder = kind === "app" ? "applications" : "databases";
  const path = [folder, accountId, `${entry.name}.zip`].map(encodeURIComponent).join("/");
  return `${snapshotsUrl}/${path}?${entry.key.replace(/^\?/, "").replaceAll(" ", "%20")}`;
}

/** The entry of a version; versions that differ in their spelling are others. */
export function entryOfVersion(entries: readonly ListEntry[], versionId: string): ListEntry | undefined {
  return entries.find(({ key }) => versionIdOf(key) === versionId);
}

/** The versions that a list shows, in words. */
export function versionsInWords(entries: readonly ListEntry[]): string {
  const listed = entries.flatMap(({ key, modified }) => {
    const versionId = versionIdOf(key);
    return versionId === undefined ? [] : [`"${versionId}" of ${modified}`];
  });
  if (listed.length > 0) {
    return listed.slice(0, MOST_NAMED).join(", ") + (listed.length > MOST_NAMED ? " and others" : "");
  }
  return entries.length > 0 ? "no versions now" : "no snapshots at all";
}
