import { defined } from "../../../model/defined";
import { type JsonValue, newestFirst, type ObservedSnapshot, type SnapshotList } from "../../../model/snapshot";
import { nameInUrn } from "../../../model/urn";
import { findDefinition } from "../../../platforms";
import type { Properties } from "../../host";
import { ownTimeoutMs, type Session, snapshotKey, textOf, urnOf } from "../../session";
import { openJob, type SnapshotJob } from "../../snapshot/job";
import { policyIdOf } from "../policy-id";
import { recordOf, referenceTo, type SnapshotRecord } from "../records";

/** A scheduled time as a name can hold it: `20261121T0300Z`. */
function slotText(dueAt: string): string {
  return `${dueAt.slice(0, 16).replace(/[-:]/g, "")}Z`;
}

/** The scheduled time at the end of a name. */
export function slotOf(name: string): string | undefined {
  const parts = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(name);
  return parts === null ? undefined : `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00.000Z`;
}

/**
 * The description that a policy's own snapshots are given. The owner id tells them from those of another stack's policy
 * with the same URN; version 0.1 wrote the policy's id only.
 */
function markText(policyId: string, ownerId: string): string {
  return `${MARK}${policyId} ${ownerId}`;
}

/** How the description of a snapshot that a policy took begins. */
export const MARK = "BackupPolicy ";

/** The create of the snapshot for a policy's slot. */
export interface PolicyJob extends SnapshotJob {
  readonly slot: string;
  readonly policyId: string;
}

/** The inputs of a policy that a Snapshot of its target has, too. */
function snapshotInputsOf(inputs: Properties): Properties {
  const definition = findDefinition(inputs["platform"]);
  const names = [
    ...["platform", "connection", "verify", "timeouts", "__urn"],
    ...Object.keys(definition?.targets ?? {}),
    ...Object.keys(definition?.snapshotArguments ?? {}),
  ];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}

/** The create of the snapshot for a policy's slot, as that of a Snapshot without triggers. */
export function openPolicyJob(session: Session, inputs: Properties, olds: Properties): PolicyJob {
  const urn = urnOf(inputs);
  const dueAt = textOf(inputs, "dueAt") ?? "";
  const { mark: _mark, ...job } = openJob(session, snapshotInputsOf(inputs), olds);
  const policyId = policyIdOf(urn, olds);
  const isFirst = Object.keys(olds).length === 0;
  const ownMs = (isFirst ? undefined : ownTimeoutMs(inputs, "update")) ?? job.scope.ownTimeoutMs;
  const scope = { ...job.scope, ...defined({ ownTimeoutMs: ownMs }) };
  const limitMs = ownMs ?? job.timeoutMs;
  const own = { ...job, scope, ambiguity: "nearest", slot: dueAt, policyId, timeoutMs: limitMs } as const;
  const name = job.definition.defaultName?.(nameInUrn(urn), slotText(dueAt));
  if (name === undefined) return { ...own, labels: { slot: dueAt } };
  return {
    ...own,
    inputs: { ...job.inputs, name },
    labels: { slot: dueAt, name },
    isNameOwn: true,
    mark: markText(policyId, job.ownerId),
  };
}

/** Whether the platform shows that this policy took a snapshot. */
export function isMarkedOwn({ mark }: PolicyJob, { details }: ObservedSnapshot): boolean {
  return mark !== undefined && details["description"] === mark;
}

/** Whether another resource of this process manages a snapshot. */
export function isHeldByOther(job: PolicyJob, snapshotId: string): boolean {
  return job.session.isHeldByOther(job.urn, snapshotKey(job.definition, job.target, snapshotId));
}

/** A list, with this machine's time when it came. */
export interface Seen {
  readonly list: SnapshotList;
  readonly atMs: number;
}

/** Lists the target; `known` are records whose time may tell the zone of the others'. */
export async function lookAt(job: PolicyJob, known: readonly SnapshotRecord[] = []): Promise<Seen> {
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  return { list, atMs: job.session.host.clock.now() };
}

/** What a policy's update holds while it runs. */
export interface Held {
  records: readonly SnapshotRecord[];
  /** The note of a request whose end was not seen. */
  unfinished?: JsonValue | undefined;
}

/** The snapshot that the outputs of a Snapshot show. */
export function snapshotOf(outs: Properties): ObservedSnapshot {
  const { sizeBytes, status } = outs;
  const [createdAt, sizeText] = [textOf(outs, "createdAt"), textOf(outs, "sizeText")];
  return {
    snapshotId: textOf(outs, "snapshotId") ?? "",
    segments: [],
    status: status as ObservedSnapshot["status"],
    ...defined({ createdAt, sizeBytes: typeof sizeBytes === "number" ? sizeBytes : undefined, sizeText }),
    details: outs,
  };
}

/** What was only inferred to be this policy's settles its slot, and no retention deletes it. */
export function recordOfCreated(outs: Properties, slot: string): SnapshotRecord {
  return recordOf(snapshotOf(outs), { slot, ...(outs["inferred"] === true ? { adopted: true } : {}) });
}

/** The records with one more, in place of an earlier record of the same snapshot. */
export function withRecord(records: readonly SnapshotRecord[], added: SnapshotRecord): SnapshotRecord[] {
  return newestFirst([added, ...records.filter(({ id }) => id !== added.id)]);
}
