import { isoText } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { ObservedPolicy, PolicyReference } from "../../../model/policy";
import type { JsonValue, ObservedSnapshot } from "../../../model/snapshot";
import type { Properties } from "../../host";
import { textOf } from "../../session";
import { policyFields } from "../fields";
import { evaluateFreshness } from "../freshness";
import { isSameInput } from "../meaning";
import type { Job } from "./job";

/**
 * Inputs as the platform shows them; those that mean the same keep the user's spelling. Inputs that the platform does
 * not show yet are kept, too; a retention that it no longer shows beside its schedules is drift.
 */
function shownBy(job: Job, wanted: Properties, { shown, unreadable }: ObservedPolicy, nowMs: number): Properties {
  const isWhole = Object.hasOwn(shown, "schedules") && unreadable === undefined;
  const { retention: _lost, ...others } = wanted;
  const now = { ...(isWhole ? others : wanted), ...shown };
  const fields = policyFields(job.definition);
  const kept = ["schedules", "retention"].flatMap((name) => {
    const [field, written] = [fields[name], wanted[name]];
    const isSame =
      field !== undefined && isSameInput(name, field, job.target.definition, wanted, { ...wanted, ...shown }, nowMs);
    return isSame && written !== undefined && Object.hasOwn(shown, name) ? [[name, written] as const] : [];
  });
  return { ...now, ...Object.fromEntries(kept) };
}

/** Outputs of an observed policy, with the freshness of the previous check. */
export function outsOf(job: Job, policy: ObservedPolicy, olds: Properties, nowMs: number): Properties {
  return {
    ...shownBy(job, job.inputs, policy, nowMs),
    runBy: "platform",
    policyId: policy.policyId,
    status: policy.status,
    ...freshnessOf(olds),
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    adopted: olds["adopted"] === true,
    ...ownershipOf(olds),
    ...defined({ platformStatus: policy.platformStatus, policyRegion: policy.region }),
  };
}

/** Ownership of a policy according to its state. */
function ownershipOf({ ownerId, inferred }: Properties): Properties {
  return { ...defined({ ownerId, inferred }) };
}

/** Freshness according to the previous check. */
function freshnessOf({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt }: Properties): Properties {
  const known = Object.entries({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt });
  return Object.fromEntries(known.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

/** Lists the policy's backups and adds their freshness to the outputs. */
export async function withFreshness(job: Job, outs: Properties, reference: PolicyReference): Promise<Properties> {
  const list = await job.policies.list(reference, job.scope);
  const nowMs = list.serverTimeMs ?? job.session.host.clock.now();
  return withFreshnessOf(outs, list.snapshots, nowMs);
}

/** Warns of settings on the platform that the arguments can't express. */
export async function reportUnreadable(job: Job, policy: ObservedPolicy): Promise<void> {
  for (const sentence of policy.unreadable ?? []) await job.session.host.warn(job.urn, sentence);
}

/** Adds the freshness of the given snapshots to the outputs. */
export function withFreshnessOf(outs: Properties, snapshots: readonly ObservedSnapshot[], nowMs: number): Properties {
  const { fresh: _fresh, lastSnapshotAt: _at, lastSnapshotId: _id, ...others } = outs;
  // An adopted policy had time to take a backup before it was adopted.
  const madeAt = outs["adopted"] === true ? undefined : textOf(outs, "createdAt");
  return { ...others, ...evaluateFreshness(outs, snapshots, nowMs, madeAt) };
}

/** Newest backup known to the state; empty if there is none. */
export function lastKnown(props: Properties): ObservedSnapshot[] {
  const [snapshotId, createdAt] = [textOf(props, "lastSnapshotId"), textOf(props, "lastSnapshotAt")];
  if (snapshotId === undefined || createdAt === undefined) return [];
  return [{ snapshotId, createdAt, segments: [snapshotId], status: "available", details: {} }];
}
