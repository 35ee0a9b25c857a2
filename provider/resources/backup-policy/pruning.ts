import { keepReasonText, type Retention, type Simulation, simulate } from "../../schedule";
import { shortList } from "../in-words";
import type { SnapshotRecord } from "./records";
import { recordInWords } from "./records";

/** What a retention does to the snapshots of a policy; adopted ones and other resources' fill no place and never go. */
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

/** The records with why each of them is kept. */
export function withReasons(records: readonly SnapshotRecord[], simulation: Simulation): SnapshotRecord[] {
  const reasons = new Map(simulation.kept.map(({ id, reasons: own }) => [id, own.map(keepReasonText)]));
  return records.map(({ keptBecause: _before, ...record }) => {
    const own = reasons.get(record.id);
    return own === undefined ? record : { ...record, keptBecause: own };
  });
}

/** What an up deletes by a simulation, and why, as sentences; none when nothing goes. */
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
  // All of them go by the same rules.
  const because = pruned[0]?.because;
  const later =
    queued.length === 0
      ? ""
      : `; ${queued.length} more ${queued.length === 1 ? "waits" : "wait"} for later runs, because of maxDeletes`;
  const what = `${pruned.length} ${pruned.length === 1 ? "snapshot" : "snapshots"}`;
  return [`will delete ${what} (${because}): ${shortList(named)}${later}`];
}
