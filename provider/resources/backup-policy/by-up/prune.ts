import { isDeepStrictEqual } from "node:util";
import { isoText } from "../../../model/clock";
import { isSnapshotsError, messageOf } from "../../../model/errors";
import { findDefinition } from "../../../platforms";
import type { Properties } from "../../host";
import { type Session, snapshotKey, targetOf, textOf, timeoutMs, urnOf } from "../../session";
import { retentionOf } from "../meaning";
import { goingInWords, simulateOn, withReasons } from "../pruning";
import { isSettledInState, recordInWords, recordsOf, referenceTo, type SnapshotRecord } from "../records";
import type { Held, PolicyJob } from "./job";

/** Time limit for all deletions of one run, unless `customTimeouts.update` allows more. */
const PRUNE_TIMEOUT_MS = 2 * 60_000;

/** Ids of the snapshots that a run deleted, and of those left to later runs. */
export interface Pruned {
  readonly pruned: string[];
  readonly pruneQueue: string[];
}

/**
 * Deletes what the retention does not keep. A failed deletion is reported and stays due; the first one that times out
 * ends the run's deletions.
 */
export async function prune(job: PolicyJob, held: Held, inputs: Properties, nowMs: number): Promise<Pruned> {
  const retention = retentionOf(inputs);
  const done: Pruned = { pruned: [], pruneQueue: [] };
  if (retention === undefined || job.platform.delete === undefined) return done;
  const { host } = job.session;
  const holderOf = await job.session.holders.lookup(job.urn).catch((error: unknown) => messageOf(error));
  const simulation = simulateOn(
    retention,
    held.records,
    ({ id }) => typeof holderOf !== "string" && holderOf(snapshotKey(job.definition, job.target, id)) !== undefined,
    nowMs,
  );
  held.records = withReasons(held.records, simulation);
  const queued = simulation.queued.map(({ id }) => id);
  const going = simulation.pruned.flatMap(({ id, because }) => {
    const record = held.records.find((each) => each.id === id);
    return record === undefined ? [] : [{ record, because }];
  });
  if (typeof holderOf === "string" && going.length > 0) {
    await host.warn(job.urn, `nothing is deleted: ${holderOf}`);
    return { pruned: [], pruneQueue: [...going.map(({ record }) => record.id), ...queued] };
  }
  const limitMs = Math.max(PRUNE_TIMEOUT_MS, timeoutMs(inputs, "update", PRUNE_TIMEOUT_MS));
  const scope = { ...job.scope, deadlineMs: host.clock.now() + limitMs };
  for (const [index, { record, because }] of going.entries()) {
    host.announce(job.urn, `deleting snapshot ${recordInWords(record)}, ${index + 1} of ${going.length}`);
    try {
      await job.platform.delete(job.target, referenceTo(record), scope);
    } catch (error) {
      const isOver = isSnapshotsError(error, "timeout") || host.clock.now() >= scope.deadlineMs;
      const left = isOver ? going.slice(index) : [{ record, because }];
      done.pruneQueue.push(...left.map((each) => each.record.id));
      const others = left.length === 1 ? "" : `, nor are ${left.length - 1} more for lack of time`;
      await host.warn(
        job.urn,
        `snapshot ${recordInWords(record)} was to go (${because}) and is not deleted${others}: ${messageOf(error)}. The ` +
          "next pulumi up tries again",
      );
      if (isOver) break;
      continue;
    }
    done.pruned.push(record.id);
    held.records = held.records.filter((each) => each.id !== record.id);
    await host.inform(job.urn, `deleted snapshot ${recordInWords(record)} (${because})`);
  }
  done.pruneQueue.push(...queued);
  return done;
}

/** Sentences about what the next `pulumi up` would delete according to the state. */
export async function pruningAhead(
  session: Session,
  olds: Properties,
  news: Properties,
  nowMs: number,
): Promise<string[]> {
  const retention = retentionOf(news);
  const definition = findDefinition(news["platform"]);
  const records = recordsOf(olds);
  if (retention === undefined || definition === undefined || records.length === 0 || news["suspended"] === true) {
    return [];
  }
  const urn = urnOf(news);
  const target = targetOf(definition, news);
  const next: SnapshotRecord = { id: "", status: "available", createdAt: isoText(nowMs) };
  const isDue = textOf(news, "dueAt") !== undefined && !isSettledInState(olds, news["dueAt"], nowMs);
  const keys = records.map(({ id }) => ({ id, key: snapshotKey(definition, target, id) }));
  const heldBy = (isHeld: (key: string) => boolean) =>
    new Set(keys.filter(({ key }) => isHeld(key)).map(({ id }) => id));
  const going = (held: ReadonlySet<string>): string[] => {
    const simulation = simulateOn(retention, isDue ? [next, ...records] : records, ({ id }) => held.has(id), nowMs);
    return goingInWords(simulation, records);
  };
  const here = heldBy((key) => session.isHeldByOther(urn, key));
  const seen = going(here);
  // The machine's registry of adopted snapshots is read only if something would be deleted.
  const holderOf = seen.length === 0 ? undefined : await session.holders.lookup(urn).catch(() => undefined);
  if (holderOf === undefined) return [];
  const anywhere = heldBy((key) => holderOf(key) !== undefined);
  return isDeepStrictEqual(here, anywhere) ? seen : going(anywhere);
}
