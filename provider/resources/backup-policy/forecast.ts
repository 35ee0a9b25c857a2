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

/** A snapshot, and why it stays or goes. */
export interface Reasoned {
  readonly id: string;
  readonly because: string;
}

/** What a policy is going to do, by its schedules and by what its platform lists now. */
export interface PolicyForecast {
  readonly urn: string;
  readonly name: string;
  /** The next ten, ISO-8601 UTC; none of a policy without schedules, or of one that is suspended. */
  readonly nextRuns: readonly string[];
  /** The longest time between two runs; null without schedules. */
  readonly longestGapSeconds: number | null;
  readonly kept: readonly Reasoned[];
  readonly going: readonly Reasoned[];
}

/** Which snapshots of a policy stay, and which go. */
export type Fate = Pick<PolicyForecast, "kept" | "going">;

function allKept(snapshots: readonly Pick<ObservedSnapshot, "snapshotId">[], because: string): Fate {
  return { kept: snapshots.map(({ snapshotId }) => ({ id: snapshotId, because })), going: [] };
}

/** What a run of `pulumi up` keeps and deletes of the snapshots that the platform lists. */
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

/** Who runs a policy; one whose properties name no target only watches. */
export function runByOf(outputs: Properties): RunBy {
  return policyTargetOf(definitionOf(outputs), outputs)?.definition.runBy ?? "watched";
}

/** What a policy keeps and deletes of what its platform lists now. Reads only. */
export async function fateOf(session: Session, { id, outputs }: StackResource): Promise<Fate> {
  const runBy = runByOf(outputs);
  if (runBy === "platform") return fateByPlatform(session, id, outputs);
  return runBy === "up" ? fateByUp(session, outputs) : fateOfWatched(session, outputs);
}

/** When a policy is going to run, by its schedules. */
export function runsAhead(outputs: Properties, nowMs: number): Pick<PolicyForecast, "nextRuns" | "longestGapSeconds"> {
  const schedules = schedulesOf(outputs);
  const isIdle = schedules === undefined || (outputs["suspended"] === true && runByOf(outputs) === "up");
  return {
    nextRuns: isIdle ? [] : nextRunsAfter(schedules, nowMs, RUNS).map(isoText),
    longestGapSeconds: schedules === undefined ? null : longestGapAfter(schedules, nowMs),
  };
}

/** Says what a policy of a stack is going to do. Reads only; whatever else manages snapshots must be noted before. */
export async function forecastPolicy(session: Session, policy: StackResource): Promise<PolicyForecast> {
  const { urn, outputs } = policy;
  const nowMs = session.host.clock.now();
  const fate = await fateOf(session, policy);
  return { urn, name: nameInUrn(urn), ...runsAhead(outputs, nowMs), ...fate };
}
