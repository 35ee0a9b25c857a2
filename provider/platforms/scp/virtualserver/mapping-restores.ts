import type { RestoreSighting } from "../../../model/restore";
import type { Volume, VolumeSnapshot } from "./schemas";

function normal(word: string | null | undefined): string {
  return (word ?? "").toLowerCase().replace(/[\s_]+/g, "-");
}

/** What a volume is attached to, in words; undefined where it is attached to nothing, or on its way to or from a server. */
function attachmentOf({ state, servers }: Volume): string | undefined {
  const ids = (servers ?? []).map(({ id }) => id);
  const known = normal(state);
  if (known !== "in-use" && (known !== "available" || ids.length === 0)) return undefined;
  return ids.length === 0 ? "a server" : `server ${ids.join(", ")}`;
}

/** The states that nothing but a person ends. Source: the user guide's list of a volume's states. */
const STUCK = /^(error.*|maintenance|reserved|awaiting-transfer)$/;

/** What a volume shows of the reason why a snapshot of it was refused. */
export interface RefusedVolume {
  /** Why waiting can't help and what does, as the end of a sentence. */
  readonly remedy?: string;
  /** Whether only a person can change the volume's state. */
  readonly needsPerson: boolean;
}

/** Reads a refused snapshot's volume. That one that is attached needs `force` is documented; the answer without is not. */
export function toRefusedVolume(volume: Volume, force: unknown): RefusedVolume {
  const attachment = attachmentOf(volume);
  const remedy =
    attachment === undefined || force === true
      ? undefined
      : `the volume is attached to ${attachment}: pass force: true to snapshot an attached volume, or detach it`;
  return { ...(remedy === undefined ? {} : { remedy }), needsPerson: STUCK.test(normal(volume.state)) };
}

/**
 * What a volume's state tells of a revert. The user guide names the states; the API writes them in other letters. From
 * Reverting a volume comes to `available`, which a server may take at once.
 */
export function toProgress(state: string): RestoreSighting["progress"] {
  const known = normal(state);
  if (known === "reverting") return "running";
  if (known === "available" || known === "in-use") return "idle";
  return known.startsWith("error") ? "failed" : "busy";
}

/** A volume in words: its id, its name and its size. */
export function volumeInWords({ id, name, size }: Volume): string {
  const facts = [...(name ? [JSON.stringify(name)] : []), ...(size == null ? [] : [`${size} GiB`])];
  return facts.length === 0 ? `volume ${id}` : `volume ${id} (${facts.join(", ")})`;
}

/**
 * Why a volume is not reverted to a snapshot: a sentence; undefined where its answers show nothing against it.
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
  // Of two that bear the same time, or none, only the platform knows which is the newer.
  const [latest, own] = [newest?.created_at, wanted.created_at];
  if (newest !== undefined && latest != null && own != null && latest !== own) {
    return (
      `only the most recent snapshot of a volume can be reverted to, and that is ${inWords(newest)}, not ` +
      `${inWords(wanted)}: delete the newer ones first, or make a new volume from the older one`
    );
  }
  return normal(wanted.status) === "available"
    ? undefined
    : `the status of snapshot ${snapshotId} is "${wanted.status ?? ""}", and only one that is available can be reverted to`;
}

/** What the user should know of a revert that nothing stands against: sentences. */
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
