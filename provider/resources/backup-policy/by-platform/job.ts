import { createHash } from "node:crypto";
import { type Creation, ownerIdFor, type Run } from "../../../creation";
import { lookScope } from "../../../http/poll";
import { defined } from "../../../model/defined";
import { SnapshotsError } from "../../../model/errors";
import { formatPolicyId, parsePolicyId } from "../../../model/ids";
import type { PlatformDefinition } from "../../../model/platform";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../../model/policy";
import type { Scope } from "../../../model/scope";
import type { Properties } from "../../host";
import { storedOwnerId } from "../../request";
import { keysOf, policyKey, type Session, textOf, timeoutMs, urnOf } from "../../session";
import { RECOVER_WITHIN_MS } from "../../snapshot/job";
import { definitionOf, type PolicyTarget, policyTargetOf, subjectOf } from "../meaning";

/** One operation on a policy that the platform runs. */
export interface Job {
  readonly session: Session;
  readonly definition: PlatformDefinition;
  readonly target: PolicyTarget;
  readonly policies: PolicyPlatform;
  readonly scope: Scope;
  readonly inputs: Properties;
  readonly urn: string | undefined;
  readonly ownerId: string;
  /** Whether the state already had the owner id before this run. */
  readonly isOwnerStored: boolean;
}

/** Opens an operation on the policy that the inputs describe; `stored` holds its properties in the state. */
export function jobFor(session: Session, inputs: Properties, stored: Properties): Job {
  const urn = urnOf(inputs);
  const definition = definitionOf(inputs);
  const target = policyTargetOf(definition, inputs);
  const id = target === undefined ? undefined : (textOf(inputs, target.argument) ?? subjectOf(definition, inputs));
  const read = target === undefined || id === undefined ? undefined : { kind: target.definition.kind, id };
  const { platform, scope } = session.open(definition.name, textOf(inputs, "connection"), urn, read);
  const policies = target === undefined ? undefined : platform.policies?.[target.argument];
  if (target === undefined || policies === undefined) {
    throw new SnapshotsError(`[${definition.name}] nothing says what the policy is for`, {
      kind: "invalid",
    });
  }
  const storedId = storedOwnerId(stored);
  const ownerId = ownerIdFor(storedId);
  return { session, definition, target, policies, scope, inputs, urn, ownerId, isOwnerStored: storedId !== undefined };
}

/** Subject of the policy, for messages. */
export function nameOf(job: Job): string {
  return subjectOf(job.definition, job.inputs);
}

/** Start of messages about the policy. */
export function title(job: Job): string {
  return `[${job.definition.name}] policy for ${nameOf(job)}`;
}

/** Resource id of an observed policy. */
export function idOf(job: Job, policy: ObservedPolicy): string {
  const { kind } = job.target.definition;
  return formatPolicyId({ platform: job.definition.name, kind, segments: policy.segments, isOwn: false });
}

/** Reference to the policy that a resource id names. */
export function referenceTo(id: string, properties: Properties): PolicyReference {
  const region = textOf(properties, "policyRegion");
  return { segments: parsePolicyId(id)?.segments ?? [], ...defined({ region }) };
}

/** Reference to an observed policy. */
export function referenceFor({ segments, region }: ObservedPolicy): PolicyReference {
  return { segments, ...defined({ region }) };
}

function requestHashOf(job: Job): string {
  const request = [job.definition.name, job.target.argument, nameOf(job), textOf(job.inputs, "name") ?? ""];
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

/** Describes the job as a run for `provider/creation`. */
export function runOf(job: Job, isStored: boolean): Run<ObservedPolicy> {
  const { session, definition, policies, inputs, urn } = job;
  const { clock, journal, warn } = session.host;
  const held = session.replacedBy(urn) ?? {};
  // Lists and answers do not show the whole policy: it must be observed before it counts as set up.
  const unobserved = (policy: ObservedPolicy): ObservedPolicy => ({ ...policy, status: "pending" });
  const what: Creation<ObservedPolicy> = {
    urn,
    ownerId: job.ownerId,
    isOwnerStored: job.isOwnerStored,
    isStored,
    requestHash: requestHashOf(job),
    noun: "policy",
    title: title(job),
    listLagMs: definition.listLagMs,
    answerMs: definition.createAnswerMs ?? 0,
    workMs: definition.createAnswerMs ?? definition.createTimeoutMs,
    timeoutMs: timeoutMs(inputs, "create", definition.createTimeoutMs),
    recoverWithinMs: RECOVER_WITHIN_MS,
    ambiguity: "refuse",
    advice: () => "Check it on the platform, and run pulumi up again",
    remedy: () => adoptAdvice(job),
    async list(scope) {
      return { items: (await policies.find(inputs, scope)).map(unobserved), complete: true, aheadMs: 0 };
    },
    async send(scope) {
      const created = await policies.create(inputs, scope);
      if (created !== undefined) return { item: unobserved(created) };
      // The answer names no policy. Its place was empty before and holds at most one.
      const [found, ...others] = await policies.find(inputs, lookScope(scope, clock)).catch(() => []);
      return found === undefined || others.length > 0 ? {} : { item: unobserved(found) };
    },
    async observe(item, scope) {
      const observed = await policies.observe(referenceFor(item), inputs, scope);
      if (observed.outcome === "found") return { outcome: "found", item: observed.policy };
      return observed.outcome === "gone"
        ? { outcome: "gone", reason: observed.proof }
        : { outcome: "unproven", reason: observed.reason };
    },
    isComparable: () => true,
    fits: () => true,
    match(_request, fresh) {
      const [item, ...others] = fresh;
      if (item === undefined) return { outcome: "none" };
      return others.length === 0 ? { outcome: "one", item, others } : { outcome: "several", candidates: fresh };
    },
    describe: (policy) => ({
      key: policy.policyId,
      id: idOf(job, policy),
      uniqueKey: policyKey(definition, policy.policyId),
      words: policy.policyId,
      status: policy.platformStatus ?? policy.status,
      progress: policy.status === "pending" ? "waiting" : policy.status === "failed" ? "failed" : "ready",
      bearsOwner: false,
    }),
    recall({ id, snapshotKey }) {
      const segments = parsePolicyId(id)?.segments;
      const policyId: unknown = (JSON.parse(snapshotKey) as readonly unknown[]).at(-1);
      return segments === undefined || typeof policyId !== "string"
        ? undefined
        : { policyId, segments, status: "pending", shown: {} };
    },
    isHeld: ({ made }) =>
      made !== undefined && (session.isReplacedUnseen(urn) || keysOf(held).includes(made.snapshotKey)),
    isHeldByOther: (key) => session.isHeldByOther(urn, key),
    recordTaken: (key) => session.recordTaken(urn, key),
  };
  return { what, clock, journal, scope: job.scope, warn: (message) => warn(urn, message) };
}

/** Advice on adopting an existing policy or avoiding the conflict with it: a phrase. */
export function adoptAdvice(job: Job): string {
  return Object.hasOwn(job.target.definition.arguments ?? {}, "adopt")
    ? "write adopt: true to adopt it"
    : "choose another name, or import it with pulumi import --file";
}
