import { isoText } from "../../model/clock";
import type { ObservedSnapshot, SnapshotList } from "../../model/snapshot";
import type { Properties } from "../host";
import { type Opened, type Session, sharing, type Targeted, textOf, timeoutMs, urnOf } from "../session";
import { prove } from "../snapshot/job";
import { wantsVerification } from "../verification";
import { evaluateFreshness } from "./freshness";
import { policyInputsOf, subjectOf } from "./meaning";
import { ownIdOf, policyIdOf } from "./policy-id";
import {
  countedBy,
  isRecorded,
  newestVerified,
  plainRecords,
  recordInWords,
  recordOf,
  type SnapshotRecord,
  verdictOn,
  verifiedRecordsOf,
} from "./records";
import type { PolicyRunner } from "./runner";

/** Policies that only observe backups that somebody else takes. */
export function watched(session: Session): PolicyRunner {
  /** Observes the target's backups; with `download`, also verifies the newest one if the inputs ask for it. */
  async function look(inputs: Properties, olds: Properties, download: boolean): Promise<Properties> {
    const opened = session.openFor(inputs);
    const list = await opened.platform.list(opened.target, sharing(opened.scope));
    const nowMs = list.serverTimeMs ?? session.host.clock.now();
    const known = verifiedRecordsOf(olds).filter((record) => list.snapshots.some((each) => isRecorded(record, each)));
    const isWanted = wantsVerification(inputs) && inputs["suspended"] !== true;
    const verdicts = isWanted && download ? await verifyNewest(opened, inputs, list, known, nowMs) : known;
    if (isWanted) await warnOfNewest(opened, inputs, list, verdicts, nowMs);
    return {
      ...inputs,
      runBy: "watched",
      policyId: policyIdOf(urnOf(inputs), olds),
      status: inputs["suspended"] === true ? "suspended" : "active",
      createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
      ...evaluateFreshness(inputs, countedBy(wantsVerification(inputs) ? verdicts : [], list.snapshots), nowMs),
      ...(wantsVerification(inputs) ? { verdicts: plainRecords(verdicts), ...newestVerified(verdicts) } : {}),
    };
  }

  /** Verifies the newest usable backup, and the next one for as long as one is broken; each of them once. */
  async function verifyNewest(
    { definition, platform, target, scope }: Targeted,
    inputs: Properties,
    list: SnapshotList,
    known: readonly SnapshotRecord[],
    nowMs: number,
  ): Promise<readonly SnapshotRecord[]> {
    const { clock } = session.host;
    const limited = { ...scope, deadlineMs: clock.now() + timeoutMs(inputs, "create", definition.createTimeoutMs) };
    let verdicts = known.filter((record) => verdictOn(record)?.outcome !== "unproven");
    for (;;) {
      const newest = newestUsable(inputs, countedBy(verdicts, list.snapshots), nowMs);
      if (newest === undefined || verdicts.some((record) => isRecorded(record, newest))) return verdicts;
      const { item } = await prove({ session, definition, platform, target }, newest, limited);
      verdicts = [recordOf(item), ...verdicts];
      if (item.status === "running") return verdicts;
    }
  }

  /** Warns if the newest backup that the platform calls usable does not count. */
  async function warnOfNewest(
    { definition }: Opened,
    inputs: Properties,
    list: SnapshotList,
    verdicts: readonly SnapshotRecord[],
    nowMs: number,
  ): Promise<void> {
    const newest = newestUsable(inputs, list.snapshots, nowMs);
    const record = newest && verdicts.find((each) => isRecorded(each, newest));
    const verdict = record && verdictOn(record);
    if (record === undefined || verdict === undefined || verdict.outcome === "intact") return;
    const what = `the newest backup of ${subjectOf(definition, inputs)}, ${recordInWords(record)},`;
    await session.host.warn(
      urnOf(inputs),
      verdict.outcome === "broken"
        ? `${what} failed verification: ${verdict.because}; it does not count as a backup`
        : `${what} could not be verified: ${verdict.because}; it does not count until the next pulumi up has verified it`,
    );
  }

  return {
    create: async (inputs) => ({ id: ownIdOf(inputs), outs: await look(inputs, {}, true) }),
    read: (_id, props) => look(policyInputsOf(props), props, false),
    update: (_id, olds, news) => look(news, olds, true),
    delete: async () => ({ what: "every backup (the policy only watched)", needsPerson: false }),
    ahead: async () => [],
  };
}

function newestUsable(
  inputs: Properties,
  snapshots: readonly ObservedSnapshot[],
  nowMs: number,
): ObservedSnapshot | undefined {
  const { lastSnapshotId } = evaluateFreshness(inputs, snapshots, nowMs);
  return snapshots.find(({ snapshotId }) => snapshotId === lastSnapshotId);
}
