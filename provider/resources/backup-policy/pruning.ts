import { keepReasonText, type Retention, type Simulation, simulate } from "../../schedule";
import { shortList } from "../in-words";
import type { SnapshotRecord } from "./records";
import { recordInWords } from "./records";

/** Simulates a retention. Adopted snapshots and those of other resources are never deleted and fill no place in it. */
export function simulateOn(
  retention: Retention,
  records: readonly SnapshotRecord[],
  isHeld: (record: SnapshotRecord) => boolean,
  nowMs: number,
): Simulation {
  const snapshots = records.map((record) => ({
    id: record.id,
    createdAt: record.createdAt,
    status: record.status,
    foreign: record.adopted === true,
    held: isHeld(record),
  }));
  return simulate(retention, snapshots, { nowMs });
}

/** Adds to each record the reasons why it is kept. */
export function withReasons(records: readonly SnapshotRecord[], simulation: Simulation): SnapshotRecord[] {
  const reasons = new Map(simulation.kept.map(({ id, reasons: own }) => [id, own.map(keepReasonText)]));
  return records.map(({ keptBecause: _before, ...record }) => {
    const own = reasons.get(record.id);
    return own === undefined ? record : { ...record, keptBecause: own };
  });
}

/** Sentences about the deletions of a simulation and their reason; empty if it deletes nothing. */
export function goingInWords(
  simulation: Pick<Simulation, "pruned" | "queued">,
  records: readonly SnapshotRecord[],
): string[] {
  const { pruned, queued } = simulation;
  if (pruned.length === 0) return [];
  const named = pruned.map(({ id }) => {
    const record = records.find((each) => each.id === id);
    return record === undefined ? `"${id}"` : recordInWords(record);
  });
  // All of them have the same reason.
  const because = pruned[0]?.because;
  const later =
    queued.length === 0
      ? ""
      : `; ${queued.length} more ${queued.length === 1 ? "waits" : "wait"} for later runs, because of maxDeletes`;
  const what = `${pruned.length} ${pruned.length === 1 ? "snapshot" : "snapshots"}`;
  return [`will delete ${what} (${because}): ${shortList(named)}${later}`];
}
