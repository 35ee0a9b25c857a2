import { defined } from "../../../model/defined";
import { type JsonValue, newestFirst, type ObservedSnapshot, type SnapshotList } from "../../../model/snapshot";
import { nameInUrn } from "../../../model/urn";
import { findDefinition } from "../../../platforms";
import type { Properties } from "../../host";
import { ownTimeoutMs, type Session, snapshotKey, textOf, urnOf } from "../../session";
import { openJob, type SnapshotJob } from "../../snapshot/job";
import { policyIdOf } from "../policy-id";
import { recordOf, referenceTo, type SnapshotRecord } from "../records";

/** Scheduled time in the form used in names: `20261121T0300Z`. */
function slotText(dueAt: string): string {
  return `${dueAt.slice(0, 16).replace(/[-:]/g, "")}Z`;
}

/** Scheduled time at the end of a name, if there is one. */
export function slotOf(name: string): string | undefined {
  const parts = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(name);
  return parts === null ? undefined : `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00.000Z`;
}

/**
 * Description of the snapshots that a policy takes. The owner id separates them from those of another stack's policy
 * with the same URN; version 0.1 wrote only the policy's id.
 */
function markText(policyId: string, ownerId: string): string {
  return `${MARK}${policyId} ${ownerId}`;
}

/** Start of the description of every snapshot that a policy takes. */
export const MARK = "BackupPolicy ";

/** Create of the snapshot for a policy's slot. */
export interface PolicyJob extends SnapshotJob {
  readonly slot: string;
  readonly policyId: string;
}

/** Inputs that a policy shares with a Snapshot of its target. */
function snapshotInputsOf(inputs: Properties): Properties {
  const definition = findDefinition(inputs["platform"]);
  const names = [
    ...["platform", "connection", "verify", "timeouts", "__urn"],
    ...Object.keys(definition?.targets ?? {}),
    ...Object.keys(definition?.snapshotArguments ?? {}),
  ];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}

/** Opens the create of the snapshot for a policy's slot, like that of a Snapshot without triggers. */
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

/** Whether a snapshot's description shows that this policy took it. */
export function isMarkedOwn({ mark }: PolicyJob, { details }: ObservedSnapshot): boolean {
  return mark !== undefined && details["description"] === mark;
}

/** Whether another resource of this process manages a snapshot. */
export function isHeldByOther(job: PolicyJob, snapshotId: string): boolean {
  return job.session.isHeldByOther(job.urn, snapshotKey(job.definition, job.target, snapshotId));
}

/** A list and this machine's time when it arrived. */
export interface Seen {
  readonly list: SnapshotList;
  readonly atMs: number;
}

/** Lists the target; the times of `known` records may reveal the time zone of the others. */
export async function lookAt(job: PolicyJob, known: readonly SnapshotRecord[] = []): Promise<Seen> {
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  return { list, atMs: job.session.host.clock.now() };
}

/** Records and open request of a policy during its run. */
export interface Held {
  records: readonly SnapshotRecord[];
  /** Stored request with an unknown outcome. */
  unfinished?: JsonValue | undefined;
}

/** Snapshot that a Snapshot's outputs describe. */
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

/** Creates the record of a new snapshot. One only inferred to be this policy's is never deleted by the retention. */
export function recordOfCreated(outs: Properties, slot: string): SnapshotRecord {
  return recordOf(snapshotOf(outs), { slot, ...(outs["inferred"] === true ? { adopted: true } : {}) });
}

/** Adds a record, replacing an earlier one of the same snapshot. */
export function withRecord(records: readonly SnapshotRecord[], added: SnapshotRecord): SnapshotRecord[] {
  return newestFirst([added, ...records.filter(({ id }) => id !== added.id)]);
}
