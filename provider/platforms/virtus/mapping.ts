import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import { type ObservedSnapshot, onlyOne, type Selection } from "../../model/snapshot";
import type { ListEntry } from "./schemas";

/** Maximum number of versions that a message names. */
const MOST_NAMED = 5;
/** Maximum distance between a new snapshot's `modified` and the `Date` of the answer to its create. */
const CLOSE_MS = 5 * 60_000;

/** Decoded value of a query parameter; `+` is not read as a space. */
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

/** Maps a list entry. The API has no status: a listed snapshot is available. */
export function toSnapshot(kind: string, entry: ListEntry): ObservedSnapshot {
  const snapshot = describe(kind, entry.name, versionIdOf(entry.key), instantOf(entry.modified));
  if (snapshot === undefined) throw new TypeError(`${entry.modified} was checked to be a time`);
  return typeof entry.size === "number" ? { ...snapshot, sizeBytes: entry.size } : snapshot;
}

/**
 * Whether an entry is the referenced snapshot. A snapshot that is known by its time, from a list without versions,
 * still matches when its key later names a version.
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

/** Maps the entry of a referenced snapshot; the snapshot keeps its id. */
export function toMeant(kind: string, entry: ListEntry, reference: { readonly snapshotId: string }): ObservedSnapshot {
  const snapshot = toSnapshot(kind, entry);
  if (snapshot.snapshotId === reference.snapshotId) return snapshot;
  const snapshotId = isoText(instantOf(entry.modified) ?? 0);
  return { ...snapshot, snapshotId, segments: [...snapshot.segments.slice(0, -1), snapshotId] };
}

/** Whether an entry's link serves a newer snapshot: a link without a version serves the latest one of its name. */
export function servesAnother(kind: string, entry: ListEntry, entries: readonly ListEntry[]): boolean {
  if (versionIdOf(entry.key) !== undefined) return false;
  const modifiedMs = instantOf(entry.modified) ?? 0;
  return entries.some(
    (other) =>
      (kind === "database" || other.name === entry.name) &&
      (instantOf(other.modified) ?? Number.POSITIVE_INFINITY) > modifiedMs,
  );
}

/** Whether a list can show a snapshot: one known by its version can't be recognized if any key names no version. */
export function canShow(entries: readonly ListEntry[], reference: { readonly snapshotId: string }): boolean {
  return instantOf(reference.snapshotId) !== undefined || entries.every(({ key }) => versionIdOf(key) !== undefined);
}

/** Hints from the answer to a create: the name in its link and, if its key holds one, the version. */
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

/** New snapshot as described by its create's answer alone; undefined without a versionId to identify it. */
export function unlisted(
  kind: string,
  hints: Readonly<Record<string, string>>,
  serverTimeMs: number | undefined,
): ObservedSnapshot | undefined {
  const { name, versionId } = hints;
  return name === undefined || versionId === undefined ? undefined : describe(kind, name, versionId, serverTimeMs);
}

/**
 * Selects the snapshot of an answered create among the new entries: by the versionId of its key, otherwise (none in the
 * answer or in the list) the one of its name that is nearest to the answer's `Date`.
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
      // If the answer names a version, an entry with another version can't match.
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

/** Expiry of a link's key, if it states one: `Expires` in seconds since 1970, or the `X-Amz-` pair. */
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

/** Download link of an entry. In the key, only characters that no URL can carry are escaped. */
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

/** Finds the entry of a version; versions are compared exactly. */
export function entryOfVersion(entries: readonly ListEntry[], versionId: string): ListEntry | undefined {
  return entries.find(({ key }) => versionIdOf(key) === versionId);
}

/** Text that lists the versions in a list, for messages. */
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
