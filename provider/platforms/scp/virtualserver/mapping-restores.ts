import type { RestoreSighting } from "../../../model/restore";
import type { Volume, VolumeSnapshot } from "./schemas";

function normal(word: string | null | undefined): string {
  return (word ?? "").toLowerCase().replace(/[\s_]+/g, "-");
}

/** Name of what a volume is attached to; undefined if it is detached, or being attached or detached. */
function attachmentOf({ state, servers }: Volume): string | undefined {
  const ids = (servers ?? []).map(({ id }) => id);
  const known = normal(state);
  if (known !== "in-use" && (known !== "available" || ids.length === 0)) return undefined;
  return ids.length === 0 ? "a server" : `server ${ids.join(", ")}`;
}

/** States that only a person can end. Source: the user guide's list of a volume's states. */
const STUCK = /^(error.*|maintenance|reserved|awaiting-transfer)$/;

/** Findings from a volume about why a snapshot of it was refused. */
export interface RefusedVolume {
  /** Reason why waiting can't help, and what does, as the end of a sentence. */
  readonly remedy?: string;
  /** Whether only a person can change the volume's state. */
  readonly needsPerson: boolean;
}

/** Reads a refused snapshot's volume. That an attached one needs `force` is documented; the answer without it isn't. */
export function toRefusedVolume(volume: Volume, force: unknown): RefusedVolume {
  const attachment = attachmentOf(volume);
  const remedy =
    attachment === undefined || force === true
      ? undefined
      : `the volume is attached to ${attachment}: pass force: true to snapshot an attached volume, or detach it`;
  return { ...(remedy === undefined ? {} : { remedy }), needsPerson: STUCK.test(normal(volume.state)) };
}

/**
 * Progress of a revert, from the volume's state. The user guide names the states; the API spells them differently.
 * After Reverting, a volume is `available`, and a server may attach it immediately.
 */
export function toProgress(state: string): RestoreSighting["progress"] {
  const known = normal(state);
  if (known === "reverting") return "running";
  if (known === "available" || known === "in-use") return "idle";
  return known.startsWith("error") ? "failed" : "busy";
}

/** Describes a volume in a message: its id, name and size. */
export function volumeInWords({ id, name, size }: Volume): string {
  const facts = [...(name ? [JSON.stringify(name)] : []), ...(size == null ? [] : [`${size} GiB`])];
  return facts.length === 0 ? `volume ${id}` : `volume ${id} (${facts.join(", ")})`;
}

/**
 * Returns the reason why a volume can't be reverted to a snapshot, as a sentence; undefined if the answers show none.
 * `snapshots`: the volume's, newest first.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/revertvolumetosnapshot/
 */
export function revertProblem(
  volume: Volume,
  snapshots: readonly VolumeSnapshot[],
  snapshotId: string,
): string | undefined {
  const { state } = volume;
  const known = normal(state);
  const attachment = attachmentOf(volume);
  if (attachment !== undefined) {
    return `the volume is attached to ${attachment}, and only a detached volume can be reverted: detach it first`;
  }
  if (known !== "available") return `the volume's state is "${state}", and only one that is available can be reverted`;
  const wanted = snapshots.find(({ id }) => id === snapshotId);
  const [newest] = snapshots;
  if (wanted === undefined) {
    const there = newest === undefined ? "it has none" : `its newest is ${inWords(newest)}`;
    return `the volume lists no snapshot ${snapshotId}: ${there}`;
  }
  // If two have the same time, or none, only the platform knows which one is newer.
  const [latest, own] = [newest?.created_at, wanted.created_at];
  if (newest !== undefined && latest != null && own != null && latest !== own) {
    return (
      `only the most recent snapshot of a volume can be reverted to, and that is ${inWords(newest)}, not ` +
      `${inWords(wanted)}: delete the newer ones first, or create a new volume from the older one`
    );
  }
  return normal(wanted.status) === "available"
    ? undefined
    : `the status of snapshot ${snapshotId} is "${wanted.status ?? ""}", and only one that is available can be reverted to`;
}

/** Returns warnings for the user about a possible revert: sentences. */
export function revertWarnings({ size }: Volume, snapshots: readonly VolumeSnapshot[], snapshotId: string): string[] {
  const wanted = snapshots.find(({ id }) => id === snapshotId);
  if (size == null || wanted?.size == null || size === wanted.size) return [];
  return [
    `the volume has ${size} GiB now, and had ${wanted.size} GiB when snapshot ${snapshotId} was taken: a revert does not ` +
      "bring back the size, and the platform may refuse it",
  ];
}

function inWords({ id, created_at: at }: VolumeSnapshot): string {
  return at == null ? id : `${id} of ${at}`;
}
