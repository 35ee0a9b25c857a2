import { instantOf, isoText } from "../../model/clock";
import { parseDuration } from "../../model/duration";
import type { ObservedSnapshot } from "../../model/snapshot";
import { pastInstantOf } from "../dated-ahead";
import type { Properties } from "../host";
import { textOf } from "../session";

/** Outputs of a policy about its newest usable backup. */
export interface Freshness {
  readonly fresh?: boolean;
  readonly lastSnapshotAt?: string;
  readonly lastSnapshotId?: string;
  readonly checkedAt: string;
}

/** The properties of a backup that freshness depends on. */
type Dated = Pick<ObservedSnapshot, "snapshotId" | "status" | "createdAt">;

/**
 * Evaluates freshness from the newest usable backup at an instant. A backup without a trustworthy time never counts.
 * `fresh` is left out for a policy run by the platform that has no backup, created (`madeAt`) less than `maxAge` ago.
 */
export function evaluateFreshness(
  inputs: Properties,
  snapshots: readonly Dated[],
  nowMs: number,
  madeAt?: string,
): Freshness {
  const usable = snapshots.flatMap(({ snapshotId, status, createdAt }) => {
    const createdMs = pastInstantOf(createdAt, nowMs);
    return status === "available" && createdMs !== undefined ? [{ snapshotId, createdMs }] : [];
  });
  const newest = usable.reduce<(typeof usable)[number] | undefined>(
    (best, each) => (best === undefined || each.createdMs > best.createdMs ? each : best),
    undefined,
  );
  const maxAge = parseDuration(textOf(inputs, "maxAge") ?? "");
  const isEvaluated = "milliseconds" in maxAge && inputs["suspended"] !== true;
  const sinceMs = newest?.createdMs ?? pastInstantOf(madeAt, nowMs);
  const isYoung = isEvaluated && sinceMs !== undefined && nowMs - sinceMs <= maxAge.milliseconds;
  return {
    ...(isEvaluated && (newest !== undefined || !isYoung) ? { fresh: isYoung } : {}),
    ...(newest === undefined ? {} : { lastSnapshotAt: isoText(newest.createdMs), lastSnapshotId: newest.snapshotId }),
    checkedAt: isoText(nowMs),
  };
}

/**
 * Reason why stored freshness has expired at an instant, as a sentence: `maxAge` has passed since. Undefined if the
 * stored freshness still holds or is already `false`, or if freshness is not evaluated.
 */
export function expiryOf(what: string, olds: Properties, news: Properties, nowMs: number): string | undefined {
  const maxAge = parseDuration(textOf(news, "maxAge") ?? "");
  if (!("milliseconds" in maxAge) || news["suspended"] === true || olds["fresh"] === false) return undefined;
  const [lastAt, lastId] = [textOf(olds, "lastSnapshotAt"), textOf(olds, "lastSnapshotId")];
  // Without any backup, only a recent policy run by the platform is not stale.
  const sinceMs = pastInstantOf(lastAt ?? olds["createdAt"], nowMs);
  if (sinceMs !== undefined && nowMs - sinceMs <= maxAge.milliseconds) return undefined;
  if (lastAt === undefined) {
    return (
      `no backup of ${what} is known, and maxAge ${textOf(news, "maxAge")} has passed since the policy was created at ` +
      `${textOf(olds, "createdAt")}: pulumi up looks for one`
    );
  }
  const known = `the newest known backup of ${what} is "${lastId}" of ${lastAt}`;
  return sinceMs === undefined
    ? `${known}, a time in the future: pulumi up evaluates it again`
    : `${known}, and maxAge ${textOf(news, "maxAge")} has passed since: pulumi up looks for a newer one`;
}

/** Reason why the newest usable backup is stale, from a policy's outputs. */
export function stalenessOf(what: string, properties: Properties): string {
  const [at, id, checkedAt, maxAge] = ["lastSnapshotAt", "lastSnapshotId", "checkedAt", "maxAge"].map((name) =>
    textOf(properties, name),
  );
  if (at === undefined) {
    return `stale: ${what} had no usable backup with a known time at ${checkedAt}; maxAge is ${maxAge}`;
  }
  const ageMs = (instantOf(checkedAt) ?? 0) - (instantOf(at) ?? 0);
  const hours = Math.floor(ageMs / 3_600_000);
  const age =
    hours >= 48 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours} h ${Math.floor(ageMs / 60_000) % 60} min`;
  return `stale: the newest usable backup of ${what}, "${id}" of ${at}, was ${age} old at ${checkedAt}; maxAge is ${maxAge}`;
}
