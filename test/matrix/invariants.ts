import type { EngineStack, Held } from "./engine-stack";
import type { Truth } from "./targets";

/** Whether a note names the request that was carried out at an instant, by the time when it left. */
export function journalNames(text: string, atMs: number): boolean {
  return [...text.matchAll(/"requestedAt":\s*"([^"]+)"/g)].some(
    ([, requestedAt = ""]) => Math.abs(Date.parse(requestedAt) - atMs) <= 60_000,
  );
}

/**
 * The names of what a resource holds in the state: a snapshot, a policy's snapshots, the policy on its platform, or a
 * restore.
 */
export function namesHeld({ resource, props }: Held): string[] {
  const { snapshotId, policyId, runBy, snapshots, restoreId, backupId, versionId } = props;
  if (resource === "Restore")
    return [restoreId, backupId, versionId, snapshotId].filter((name) => typeof name === "string");
  const records = Array.isArray(snapshots) ? (snapshots as readonly { readonly id: string }[]) : [];
  // Elsewhere a policy's id is only a mark in the state.
  const named = [snapshotId, runBy === "platform" ? policyId : undefined].filter((name) => typeof name === "string");
  return [...named, ...records.map(({ id }) => id)];
}

/** Whether the user was told that what a resource held is not held any more: by its name, or by how many there are. */
function isToldForgotten({ resource, props }: Held, name: string, told: readonly string[]): boolean {
  if (resource !== "BackupPolicy") return told.join("\n").includes(name);
  const { runBy, snapshots } = props;
  const count = Array.isArray(snapshots) ? snapshots.length : 0;
  return told.some((text) => text.startsWith("forgotten") && text.includes(runBy === "up" ? `the ${count} ` : name));
}

/** What has left the state, or counts as gone, though it exists and nobody was told. */
export function wronglyDropped(
  before: readonly Held[],
  after: readonly Held[],
  present: readonly Truth[],
  told: readonly string[],
): string[] {
  const exists = (name: string) => present.some(({ names }) => names.includes(name));
  const still = new Set(after.flatMap(namesHeld));
  const left = before.flatMap((held) =>
    namesHeld(held)
      .filter((name) => !still.has(name) && exists(name) && !isToldForgotten(held, name, told))
      .map((name) => `${name} left the state, and it exists`),
  );
  const gone = after
    .filter(({ props }) => props["status"] === "gone" && exists(String(props["snapshotId"])))
    .map(({ props }) => `${String(props["snapshotId"])} counts as gone, and it exists`);
  return [...left, ...gone];
}

/** What a policy's retention deletes in one run, and what it must not. */
export class Pruning {
  private readonly deleted = new Set<unknown>();
  /** What there was when the run began, and what it has made since. */
  private readonly seen = new Set<unknown>();

  constructor(
    private readonly retention: { readonly keepLast?: number; readonly maxDeletes?: number },
    present: readonly Truth[],
  ) {
    for (const { item } of present) this.seen.add(item);
  }

  /** What is wrong with a deletion that the platform carries out; `made`: all that the policy made, oldest first. */
  judge(meant: Truth, made: readonly Truth[], present: readonly Truth[]): string[] {
    const { keepLast = 0, maxDeletes = 10 } = this.retention;
    for (const { item } of [...present, ...made]) this.seen.add(item);
    const there = new Set(present.map(({ item }) => item));
    // One that expires meanwhile may have been counted or not.
    const isKept = [there, this.seen].every((known) =>
      made
        .filter(({ item }) => known.has(item))
        .slice(-keepLast)
        .some(({ item }) => item === meant.item),
    );
    this.deleted.add(meant.item);
    return [
      ...(made.some(({ item }) => item === meant.item)
        ? []
        : [`${meant.names[0]} was deleted, and is somebody else's`]),
      ...(isKept ? [`${meant.names[0]} was deleted, and the retention keeps it`] : []),
      ...(this.deleted.size > maxDeletes ? [`${this.deleted.size} were deleted in one run`] : []),
    ];
  }
}

/** What only secrets hold: credentials, signatures, links, encryption and download keys. */
const secrets: readonly RegExp[] = [
  /CANARY/,
  /Q0FOQVJZ/, // the beginning of the encryption key, in base64
  /AWSAccessKeyId=(?!\[)/,
  /Signature=(?!\[)/,
  /X-Amz-\w+=(?!\[)/,
  /discloud-downloads\//,
  /85592d2b15ff867407964790224dcbb3a95ce82b/, // the key of DS Cloud's newest backup
];

/** The secrets that state, messages or journal hold. */
export function leaksIn(stack: EngineStack): string[] {
  const places: Record<string, string> = {
    state: JSON.stringify(stack.held()),
    messages: stack.everTold.join("\n"),
    journal: stack.journal().join("\n"),
  };
  return Object.entries(places).flatMap(([place, text]) =>
    secrets.filter((secret) => secret.test(text)).map((secret) => `${secret} in the ${place}`),
  );
}
