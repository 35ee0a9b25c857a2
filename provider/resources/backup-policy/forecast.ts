import { isoText } from "../../model/clock";
import type { RunBy } from "../../model/policy";
import type { ObservedSnapshot, SnapshotList } from "../../model/snapshot";
import { nameInUrn } from "../../model/urn";
import { keepReasonText, longestGapAfter, nextRunsAfter } from "../../schedule";
import type { Properties } from "../host";
import { type Session, textOf } from "../session";
import type { StackResource } from "../stack";
import { jobFor, referenceTo } from "./by-platform/job";
import { isHeldByOther, lookAt, openPolicyJob } from "./by-up/job";
import { synced } from "./by-up/sync";
import { definitionOf, policyTargetOf, retentionOf, schedulesOf } from "./meaning";
import { simulateOn } from "./pruning";
import { recordsOf } from "./records";

const RUNS = 10;

/** A snapshot and the reason why it is kept or deleted. */
export interface Reasoned {
  readonly id: string;
  readonly because: string;
}

/** Forecast for a policy, from its schedules and the platform's current list. */
export interface PolicyForecast {
  readonly urn: string;
  readonly name: string;
  /** Next ten runs, ISO-8601 UTC; empty for a policy without schedules or a suspended one that `pulumi up` runs. */
  readonly nextRuns: readonly string[];
  /** Longest time between two runs; null without schedules. */
  readonly longestGapSeconds: number | null;
  readonly kept: readonly Reasoned[];
  readonly going: readonly Reasoned[];
}

/** Snapshots of a policy that are kept, and those that will be deleted. */
export type Fate = Pick<PolicyForecast, "kept" | "going">;

function allKept(snapshots: readonly Pick<ObservedSnapshot, "snapshotId">[], because: string): Fate {
  return { kept: snapshots.map(({ snapshotId }) => ({ id: snapshotId, because })), going: [] };
}

/** Snapshots in the platform's list that the next `pulumi up` keeps and deletes. */
async function fateByUp(session: Session, props: Properties): Promise<Fate> {
  const job = openPolicyJob(session, props, props);
  const { list, atMs } = await lookAt(job, recordsOf(props));
  const records = await synced(job, props, list, textOf(props, "dueAt"));
  const own = new Set(records.map(({ id }) => id));
  const foreign = list.snapshots.filter(({ snapshotId }) => !own.has(snapshotId));
  const others = allKept(foreign, keepReasonText({ rule: "foreign" })).kept;
  const retention = retentionOf(props);
  if (retention === undefined || job.platform.delete === undefined) {
    const because = "nothing is pruned without a retention";
    return { kept: [...records.map(({ id }) => ({ id, because })), ...others], going: [] };
  }
  const isHeld = ({ id }: { readonly id: string }): boolean => isHeldByOther(job, id);
  const { kept, pruned, queued } = simulateOn(retention, records, isHeld, list.serverTimeMs ?? atMs);
  return {
    kept: [...kept.map(({ id, reasons }) => ({ id, because: reasons.map(keepReasonText).join(", ") })), ...others],
    going: [
      ...pruned.map(({ id, because }) => ({ id, because })),
      ...queued.map(({ id, because }) => ({ id, because: `${because}; in a later run, because of maxDeletes` })),
    ],
  };
}

async function fateByPlatform(session: Session, id: string, props: Properties): Promise<Fate> {
  const { policies, scope, definition } = jobFor(session, props, props);
  const { snapshots } = await policies.list(referenceTo(id, props), scope);
  return allKept(snapshots, `${definition.title} runs the policy, and deletes by its own retention`);
}

async function fateOfWatched(session: Session, props: Properties): Promise<Fate> {
  const { platform, scope, target, definition } = session.openFor(props);
  const { snapshots }: SnapshotList = await platform.list(target, scope);
  return allKept(snapshots, `only watched: whoever takes it on ${definition.title} decides`);
}

/** Runner of a policy; a policy whose properties name no target is `watched`. */
export function runByOf(outputs: Properties): RunBy {
  return policyTargetOf(definitionOf(outputs), outputs)?.definition.runBy ?? "watched";
}

/** Returns the listed snapshots that a policy keeps and deletes. Reads only. */
export async function fateOf(session: Session, { id, outputs }: StackResource): Promise<Fate> {
  const runBy = runByOf(outputs);
  if (runBy === "platform") return fateByPlatform(session, id, outputs);
  return runBy === "up" ? fateByUp(session, outputs) : fateOfWatched(session, outputs);
}

/** Upcoming runs of a policy, from its schedules. */
export function runsAhead(outputs: Properties, nowMs: number): Pick<PolicyForecast, "nextRuns" | "longestGapSeconds"> {
  const schedules = schedulesOf(outputs);
  const isIdle = schedules === undefined || (outputs["suspended"] === true && runByOf(outputs) === "up");
  return {
    nextRuns: isIdle ? [] : nextRunsAfter(schedules, nowMs, RUNS).map(isoText),
    longestGapSeconds: schedules === undefined ? null : longestGapAfter(schedules, nowMs),
  };
}

/** Forecasts a stack's policy. Reads only; the session must already know the other resources that hold snapshots. */
export async function forecastPolicy(session: Session, policy: StackResource): Promise<PolicyForecast> {
  const { urn, outputs } = policy;
  const nowMs = session.host.clock.now();
  const fate = await fateOf(session, policy);
  return { urn, name: nameInUrn(urn), ...runsAhead(outputs, nowMs), ...fate };
}
