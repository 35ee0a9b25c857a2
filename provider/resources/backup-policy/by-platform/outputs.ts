import { isoText } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { ObservedPolicy, PolicyReference } from "../../../model/policy";
import type { JsonValue, ObservedSnapshot } from "../../../model/snapshot";
import type { Properties } from "../../host";
import { textOf } from "../../session";
import { policyFields } from "../fields";
import { judge } from "../freshness";
import { isSameInput } from "../meaning";
import type { Job } from "./job";

/**
 * The inputs as the platform shows them; what means the same stays as it was written. What it shows not at all yet stays,
 * too; a retention that it has lost is drift.
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

/** The outputs of a policy as the platform shows it, without its freshness. */
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

/** Whose a policy is, as its state holds it. */
function ownershipOf({ ownerId, inferred }: Properties): Properties {
  return { ...defined({ ownerId, inferred }) };
}

/** What was known of the newest backup when it was looked at last. */
function freshnessOf({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt }: Properties): Properties {
  const known = Object.entries({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt });
  return Object.fromEntries(known.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

/** The outputs with the freshness of what the policy has taken. */
export async function withFreshness(job: Job, outs: Properties, reference: PolicyReference): Promise<Properties> {
  const list = await job.policies.list(reference, job.scope);
  const nowMs = list.serverTimeMs ?? job.session.host.clock.now();
  return judgedBy(outs, list.snapshots, nowMs);
}

/** Warns of what the platform shows and no argument can say. */
export async function reportUnreadable(job: Job, policy: ObservedPolicy): Promise<void> {
  for (const sentence of policy.unreadable ?? []) await job.session.host.warn(job.urn, sentence);
}

/** The outputs with the freshness of the given snapshots. */
export function judgedBy(outs: Properties, snapshots: readonly ObservedSnapshot[], nowMs: number): Properties {
  const { fresh: _fresh, lastSnapshotAt: _at, lastSnapshotId: _id, ...others } = outs;
  // One that was taken over had its chance before.
  const madeAt = outs["adopted"] === true ? undefined : textOf(outs, "createdAt");
  return { ...others, ...judge(outs, snapshots, nowMs, madeAt) };
}

/** The newest backup that the state knows of. */
export function lastKnown(props: Properties): ObservedSnapshot[] {
  const [snapshotId, createdAt] = [textOf(props, "lastSnapshotId"), textOf(props, "lastSnapshotAt")];
  if (snapshotId === undefined || createdAt === undefined) return [];
  return [{ snapshotId, createdAt, segments: [snapshotId], status: "available", details: {} }];
}
