import { instantOf } from "../../model/clock";
import { segmentsKey } from "../../model/ids";
import type { PlatformDefinition, SnapshotPlatform } from "../../model/platform";
import { type ObservedSnapshot, onlyOne, type Selection, type SnapshotList, type Target } from "../../model/snapshot";
import type { Properties, Unfinished } from "../host";
import { type Session, snapshotKey } from "../session";
import { inWords } from "./state";

/** How far a platform's own clocks may be apart. */
const CLOCK_SLACK_MS = 60_000;

/** The listed snapshots that were not there before the request and are not older than it by more than `slackMs`. */
export function freshSince(unfinished: Unfinished, list: SnapshotList, slackMs = CLOCK_SLACK_MS): ObservedSnapshot[] {
  const known = new Set(unfinished.known);
  const sinceMs = (instantOf(unfinished.requestedAt) ?? 0) - slackMs;
  return list.snapshots.filter(
    (snapshot) => !known.has(segmentsKey(snapshot.segments)) && (trustedTimeMs(snapshot) ?? sinceMs) >= sinceMs,
  );
}

function trustedTimeMs({ createdAt, createdAtIsDerived }: ObservedSnapshot): number | undefined {
  return createdAtIsDerived ? undefined : instantOf(createdAt);
}

/** What an unfinished create can have made at all. */
export interface SelectionBounds {
  /** How long after the request it can have been made, in milliseconds. */
  readonly withinMs: number;
  /** Whether it is another resource's. */
  isOthers(snapshot: ObservedSnapshot): boolean;
}

/** Which of the listed snapshots an unfinished create has made, as far as the list can tell. */
export function selectMade(
  platform: SnapshotPlatform,
  unfinished: Unfinished,
  list: SnapshotList,
  inputs: Properties,
  bounds: SelectionBounds,
): Selection {
  const untilMs = (instantOf(unfinished.requestedAt) ?? 0) + bounds.withinMs;
  const candidates = freshSince(unfinished, list).filter(
    (snapshot) => (trustedTimeMs(snapshot) ?? untilMs) <= untilMs && !bounds.isOthers(snapshot),
  );
  if (platform.select === undefined) return onlyOne(candidates);
  const { name } = unfinished;
  return platform.select(unfinished.answer, candidates, name === undefined ? inputs : { ...inputs, name });
}

/** What a create on a target can have made: nothing that another resource holds or has made. */
export async function boundsOf(
  session: Session,
  definition: PlatformDefinition,
  target: Target,
  urn: string | undefined,
): Promise<SelectionBounds> {
  const intents = urn === undefined ? [] : await session.host.journal.others(urn);
  const made = new Set(intents.map((intent) => intent.made?.snapshotKey));
  return {
    withinMs: definition.createTimeoutMs,
    isOthers({ snapshotId }) {
      const key = snapshotKey(definition, target, snapshotId);
      return made.has(key) || session.isHeldByOther(urn, key);
    },
  };
}

/** Says that a snapshot was taken for a create's result though the answer did not name it. */
export async function tellClaim(
  session: Session,
  urn: string | undefined,
  unfinished: Unfinished,
  snapshot: ObservedSnapshot,
  others: readonly ObservedSnapshot[],
): Promise<void> {
  if (unfinished.answer === undefined) {
    await session.host.warn(
      urn,
      `the answer to the request of ${unfinished.requestedAt} was lost; the one snapshot that has appeared since, ` +
        `${inWords(snapshot)}, is taken for its result`,
    );
  } else if (others.length > 0) {
    await session.host.warn(
      urn,
      `the platform's answer does not name the new snapshot; ${inWords(snapshot)} is nearest to it in time, others that ` +
        `appeared meanwhile are not: ${others.map(inWords).join(", ")}`,
    );
  }
}
