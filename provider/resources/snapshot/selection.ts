import { instantOf } from "../../model/clock";
import { segmentsKey } from "../../model/ids";
import type { SnapshotPlatform } from "../../model/platform";
import { type ObservedSnapshot, onlyOne, type Selection, type SnapshotList } from "../../model/snapshot";
import type { Properties, Unfinished } from "../host";

/** How far a platform's own clocks may be apart. */
const CLOCK_SLACK_MS = 60_000;

/** The listed snapshots that were not there before the request and are not older than it. */
export function freshSince(unfinished: Unfinished, list: SnapshotList): ObservedSnapshot[] {
  const known = new Set(unfinished.known);
  const sinceMs = (instantOf(unfinished.requestedAt) ?? 0) - CLOCK_SLACK_MS;
  return list.snapshots.filter(
    ({ segments, createdAt }) => !known.has(segmentsKey(segments)) && (instantOf(createdAt) ?? sinceMs) >= sinceMs,
  );
}

/** Which of the listed snapshots an unfinished create has made, as far as the list can tell. */
export function selectMade(
  platform: SnapshotPlatform,
  unfinished: Unfinished,
  list: SnapshotList,
  inputs: Properties,
): Selection {
  const candidates = freshSince(unfinished, list);
  if (platform.select === undefined) return onlyOne(candidates);
  const { name } = unfinished;
  return platform.select(unfinished.answer, candidates, name === undefined ? inputs : { ...inputs, name });
}
