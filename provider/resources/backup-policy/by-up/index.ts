import { isoText } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { PolicyStatus } from "../../../model/policy";
import { until } from "../../../model/scope";
import type { SnapshotList } from "../../../model/snapshot";
import { type Properties, UnfinishedError } from "../../host";
import { requestOf } from "../../request";
import { type Session, sharing, textOf } from "../../session";
import { withoutVerdict } from "../../verification";
import { evaluateFreshness } from "../freshness";
import { definitionOf } from "../meaning";
import { ownIdOf, policyIdOf } from "../policy-id";
import { countedBy, isFor, isSettled, newestVerified, plainRecords, recordsOf, referenceTo } from "../records";
import type { PolicyRunner } from "../runner";
import { type Held, lookAt, openPolicyJob, type PolicyJob, recordOfCreated, withRecord } from "./job";
import { prune, pruningAhead } from "./prune";
import { settleSlot, waitForSlot } from "./slot";
import { synced } from "./sync";

/** How long a run waits for the platform's clock to reach a scheduled time that has passed on this machine's clock. */
const SLOT_WAIT_MS = 10 * 60_000;

/** Policies that run on every `pulumi up`. */
export function runByUp(session: Session): PolicyRunner {
  return {
    async create(inputs) {
      const id = ownIdOf(inputs);
      return { id, outs: await runOnce(session, id, inputs, {}) };
    },
    read: (_id, props) => readRun(session, props),
    update: (id, olds, news) => runOnce(session, id, news, olds),
    ahead: (olds, news) => pruningAhead(session, olds, news, session.host.clock.now()),
    async delete(_id, props) {
      const count = recordsOf(props).filter(({ status }) => status !== "failed").length;
      if (count === 0) return undefined;
      const those = `${count} ${count === 1 ? "snapshot" : "snapshots"} of this policy`;
      return definitionOf(props).delete
        ? { what: `${those}; nothing will delete ${count === 1 ? "it" : "them"}`, needsPerson: true }
        : { what: `${those} (its API can't delete)`, needsPerson: false };
    },
  };
}

function freshOuts(inputs: Properties, held: Held, list: SnapshotList, nowMs: number): Properties {
  const recorded = held.records.map(({ id, ...record }) => ({ snapshotId: id, ...record }));
  return { ...evaluateFreshness(inputs, [...countedBy(held.records, list.snapshots), ...recorded], nowMs) };
}

function outsOf(
  { urn, ownerId }: PolicyJob,
  inputs: Properties,
  held: Held,
  olds: Properties,
  nowMs: number,
): Properties {
  const { unfinished } = held;
  return {
    ...inputs,
    runBy: "up",
    policyId: policyIdOf(urn, olds),
    ownerId,
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    status: statusOf(inputs, unfinished !== undefined),
    snapshots: plainRecords(held.records),
    ...newestVerified(held.records),
    ...defined({ unfinished }),
  };
}

function statusOf(inputs: Properties, isPending: boolean): PolicyStatus {
  return isPending ? "pending" : inputs["suspended"] === true ? "suspended" : "active";
}

/**
 * Runs a policy once: ensures a usable snapshot for the latest scheduled time, then deletes what the retention does not
 * keep. If the snapshot is not usable or not known yet, nothing is deleted and the next `pulumi up` resumes.
 */
function runOnce(session: Session, id: string, inputs: Properties, olds: Properties): Promise<Properties> {
  const opened = openPolicyJob(session, inputs, olds);
  const { clock } = session.host;
  return session.oneAtATime(opened.definition, opened.target, async () => {
    // The timeout starts after the wait for earlier creates on the same target.
    let job = until(opened, clock.now() + opened.timeoutMs);
    const dueAt = textOf(inputs, "dueAt");
    let seen = await lookAt(job, recordsOf(olds));
    const aheadMs = (seen.list.serverTimeMs ?? seen.atMs) - seen.atMs;
    const held: Held = { records: await synced(job, olds, seen.list, dueAt), unfinished: olds["unfinished"] };
    const isActive = inputs["suspended"] !== true;
    if (isActive && dueAt !== undefined) {
      const untilMs = clock.now() + SLOT_WAIT_MS;
      while (!isSettled(held.records, dueAt)) {
        const waitedMs = await waitForSlot(job, seen.list, dueAt, untilMs);
        if (waitedMs === 0) break;
        job = until(job, job.scope.deadlineMs + waitedMs);
        seen = await lookAt(job, held.records);
        held.records = await synced(job, { ...olds, snapshots: plainRecords(held.records) }, seen.list, dueAt);
      }
      try {
        seen = await settleSlot(job, held, olds, seen, dueAt);
      } catch (error) {
        if (!(error instanceof UnfinishedError)) throw error;
        throw unfinishedRun(job, id, inputs, olds, held, seen.list, error);
      }
    }
    session.recordPolicyRan(job.urn);
    const nowMs = clock.now() + aheadMs;
    const pruned = isActive
      ? await prune(job, held, inputs, nowMs)
      : { pruned: [], pruneQueue: olds["pruneQueue"] ?? [] };
    return { ...outsOf(job, inputs, held, olds, nowMs), ...freshOuts(inputs, held, seen.list, nowMs), ...pruned };
  });
}

/** State of a run whose snapshot is not usable yet, not known yet, or has failed. */
function unfinishedRun(
  job: PolicyJob,
  id: string,
  inputs: Properties,
  olds: Properties,
  held: Held,
  before: SnapshotList,
  error: UnfinishedError,
): UnfinishedError {
  const made = error.properties;
  held.unfinished = made["unfinished"];
  if (textOf(made, "snapshotId") !== undefined) {
    const slot = requestOf(made)?.labels?.["slot"] ?? job.slot;
    held.records = withRecord(held.records, recordOfCreated(made, slot));
    held.unfinished = undefined;
  }
  const nowMs = before.serverTimeMs ?? job.session.host.clock.now();
  const { pruneQueue = [] } = olds;
  const outs = { ...outsOf(job, inputs, held, olds, nowMs), ...freshOuts(inputs, held, before, nowMs) };
  return new UnfinishedError(id, { ...outs, pruned: [], pruneQueue }, error.reason, { cause: error });
}

/** Reads a policy's snapshots from the platform; a slot whose snapshot is confirmed gone is due again. */
async function readRun(session: Session, props: Properties): Promise<Properties> {
  const opened = openPolicyJob(session, props, props);
  const job = { ...opened, scope: sharing(opened.scope) };
  const dueAt = textOf(props, "dueAt");
  const known = recordsOf(props);
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  const records = await synced(job, props, list, dueAt);
  const nowMs = list.serverTimeMs ?? session.host.clock.now();
  const isGone = known.some((record) => isFor(record, dueAt)) && !records.some((record) => isFor(record, dueAt));
  const { dueAt: _due, fresh: _fresh, lastSnapshotAt: _at, lastSnapshotId: _id, pruneQueue, ...others } = props;
  return {
    ...withoutVerdict(others),
    status: statusOf(props, props["unfinished"] !== undefined),
    ...(dueAt === undefined || isGone ? {} : { dueAt }),
    ...freshOuts(props, { records }, list, nowMs),
    snapshots: plainRecords(records),
    ...newestVerified(records),
    pruneQueue: (Array.isArray(pruneQueue) ? pruneQueue : []).filter((id) =>
      records.some((record) => record.id === id),
    ),
  };
}
