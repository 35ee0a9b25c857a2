import type { Properties } from "../../provider/resources/host";
import type { EngineStack, Held, Program } from "./engine-stack";
import type { Truth } from "./targets";

/** Whether a journal entry names, by its time, the request that was carried out at an instant; clocks may differ. */
export function journalNames(text: string, atMs: number, apartMs: number): boolean {
  return [...text.matchAll(/"requestedAt":\s*"([^"]+)"/g)].some(
    ([, requestedAt = ""]) => Math.abs(Date.parse(requestedAt) - atMs) <= 60_000 + apartMs,
  );
}

/** Names of what a resource has in the state: a snapshot, a policy's snapshots, the platform's policy, or a restore. */
export function namesHeld({ resource, props }: Held): string[] {
  const { snapshotId, policyId, runBy, snapshots, restoreId, backupId, versionId } = props;
  if (resource === "Restore")
    return [restoreId, backupId, versionId, snapshotId].filter((name) => typeof name === "string");
  const records = Array.isArray(snapshots) ? (snapshots as readonly { readonly id: string }[]) : [];
  // Other policies have an id only in the state.
  const named = [snapshotId, runBy === "platform" ? policyId : undefined].filter((name) => typeof name === "string");
  return [...named, ...records.map(({ id }) => id)];
}

/** Records of a policy's snapshots that settle a slot. */
function slotsOf({ props }: Held): { readonly id: string; readonly slot: string; readonly isUsable: boolean }[] {
  const records = Array.isArray(props["snapshots"]) ? (props["snapshots"] as readonly Properties[]) : [];
  return records.flatMap(({ id, slot, status }) =>
    typeof slot === "string" ? [{ id: String(id), slot, isUsable: status === "available" }] : [],
  );
}

/** Names of what a resource owns: what it has adopted is left out. */
function namesOwned(held: Held): string[] {
  const { adopted, snapshots } = held.props;
  if (adopted === true) return [];
  const records = Array.isArray(snapshots) ? (snapshots as readonly Properties[]) : [];
  const borrowed = new Set(records.filter((record) => record["adopted"] === true).map(({ id }) => String(id)));
  return namesHeld(held).filter((name) => !borrowed.has(name));
}

/** Item seen on the platform at any time. */
export interface Seen extends Truth {
  /** First time it was seen, by the platform's clock; minus infinity if it existed before the case. */
  readonly sinceMs: number;
  /** Whether it existed when the step began, and no request of ours created it. */
  readonly isOld: boolean;
  /** Whether somebody has dated it ahead. */
  readonly isAhead: boolean;
}

/** Claims in the states that the platform's truth does not support. */
export function falseClaims(held: readonly Held[], ever: readonly Seen[], told: readonly string[]): string[] {
  const named = (name: string) => ever.find(({ names }) => names.includes(name));
  const owned = held.flatMap((one) => [...new Set(namesOwned(one).flatMap((name) => named(name) ?? []))]);
  return [
    ...owned.filter(({ isOld }) => isOld).map(({ names }) => `${names[0]} is held as an own one, and existed before`),
    ...owned
      .filter((one, index) => owned.indexOf(one) !== index)
      .filter(({ names }) => !names.some((name) => told.some((text) => text.includes(name))))
      .map(({ names }) => `${names[0]} is held as an own one by two resources, and nobody was told`),
    ...held.flatMap(slotsOf).flatMap(({ id, slot }) => {
      const one = named(id);
      if (one === undefined) return [];
      if (one.isAhead) return [`${id} is dated ahead, and settles ${slot}`];
      return one.sinceMs < Date.parse(slot) ? [`${id} is older than ${slot}, and settles it`] : [];
    }),
    ...held.flatMap(({ props: { reuseWithin, snapshotId, lastSnapshotId } }) =>
      [reuseWithin === undefined ? undefined : snapshotId, lastSnapshotId]
        .filter((name) => typeof name === "string" && named(name)?.isAhead)
        .map((name) => `${name} is dated ahead, and counts as a young one`),
    ),
  ];
}

/** Resources that a successful run leaves without a backup. */
export function unbacked(
  program: Program,
  state: ReadonlyMap<string, Held>,
  ever: readonly Seen[],
  nowMs: number,
): string[] {
  return Object.entries(program).flatMap(([name, { resource }]) => {
    const held = state.get(name);
    if (held === undefined) return [`${name} is in no state, and the run has succeeded`];
    const { status, runBy, dueAt, fresh, maxAge } = held.props;
    if (resource === "Snapshot") {
      // A snapshot that no longer exists or can't be seen stays in the state with a warning.
      const isTold = ["available", "gone", "unknown"].includes(String(status));
      return isTold ? [] : [`${name} is ${status}, and the run has succeeded`];
    }
    if (runBy === "up") {
      const isSettled = slotsOf(held).some(({ slot, isUsable }) => isUsable && slot >= String(dueAt));
      return isSettled ? [] : [`nothing settles ${dueAt} of ${name}, and the run has succeeded`];
    }
    // The only maxAge of the matrix.
    const isYoung = ever.some(({ sinceMs, isAhead }) => !isAhead && nowMs - sinceMs <= 26 * 3_600_000);
    return maxAge !== undefined && fresh === true && !isYoung ? [`${name} counts as fresh without a backup`] : [];
  });
}

/** Problems with a deletion that the platform carries out. */
export function wronglyDeleted(meant: Truth, isMade: boolean, stacks: readonly EngineStack[]): string[] {
  const holders = stacks.flatMap((stack) =>
    stack
      .held()
      .filter((one) => namesHeld(one).some((name) => meant.names.includes(name)))
      .map(({ urn }) => ({ isActing: stack.acting.has(urn) })),
  );
  const isOthers = holders.length > 1 || holders.some(({ isActing }) => !isActing);
  return [
    ...(isMade ? [] : [`${meant.names[0]} was deleted, and is somebody else's`]),
    ...(isOthers ? [`${meant.names[0]} was deleted, and another resource holds it`] : []),
  ];
}

/** Whether a message reported that a resource no longer tracks something: by its name, or by their number. */
function isToldForgotten({ resource, props }: Held, name: string, told: readonly string[]): boolean {
  if (resource !== "BackupPolicy") return told.join("\n").includes(name);
  const { runBy, snapshots } = props;
  const count = Array.isArray(snapshots) ? snapshots.length : 0;
  return told.some(
    (text) =>
      /^(kept on|dropped from the state)/.test(text) && text.includes(runBy === "up" ? `: ${count} snapshot` : name),
  );
}

/** Names that left the state or count as gone, although they exist and no message reported it. */
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

/** Check of the deletions by a policy's retention in one run. */
export class Pruning {
  private readonly deleted = new Set<unknown>();
  /** Everything that existed when the run began or that it has created since. */
  private readonly seen = new Set<unknown>();

  constructor(
    private readonly retention: { readonly keepLast?: number; readonly maxDeletes?: number },
    present: readonly Truth[],
  ) {
    for (const { item } of present) this.seen.add(item);
  }

  /** Problems with a deletion that the platform carries out; `made`: all that the policy created, oldest first. */
  judge(meant: Truth, made: readonly Truth[], present: readonly Truth[]): string[] {
    const { keepLast = 0, maxDeletes = 10 } = this.retention;
    for (const { item } of [...present, ...made]) this.seen.add(item);
    const there = new Set(present.map(({ item }) => item));
    // A snapshot that expires in the meantime may or may not have been counted.
    const isKept = [there, this.seen].every((known) =>
      made
        .filter(({ item }) => known.has(item))
        .slice(-keepLast)
        .some(({ item }) => item === meant.item),
    );
    this.deleted.add(meant.item);
    return [
      ...(isKept ? [`${meant.names[0]} was deleted, and the retention keeps it`] : []),
      ...(this.deleted.size > maxDeletes ? [`${this.deleted.size} were deleted in one run`] : []),
    ];
  }
}

/** Patterns that match secrets only: credentials, signatures, links, encryption and download keys. */
const secrets: readonly RegExp[] = [
  /CANARY/,
  /Q0FOQVJZ/, // the beginning of the encryption key, in base64
  /AWSAccessKeyId=(?!\[)/,
  /Signature=(?!\[)/,
  /X-Amz-\w+=(?!\[)/,
  /discloud-downloads\//,
  /85592d2b15ff867407964790224dcbb3a95ce82b/, // the key of DS Cloud's newest backup
];

/** Secrets in state, messages or journal. */
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
