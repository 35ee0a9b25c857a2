import { SharedReads } from "../http/shared-reads";
import { resolveConnection } from "../model/connection";
import { defined } from "../model/defined";
import { parseCustomTimeout } from "../model/duration";
import { SnapshotsError } from "../model/errors";
import type { PlatformDefinition, SnapshotPlatform } from "../model/platform";
import type { Scope } from "../model/scope";
import type { Target } from "../model/snapshot";
import { definitions, findDefinition, openPlatform } from "../platforms";
import { DatedAhead } from "./dated-ahead";
import { Holders } from "./holders";
import { type Host, noHolders, type Properties } from "./host";

/** Longest time for a read: one that takes longer fails with a message instead. */
const READ_TIMEOUT_MS = 5 * 60_000;
/** Longest time for a deletion unless `customTimeouts.delete` says otherwise. */
export const DELETE_TIMEOUT_MS = 15 * 60_000;

/** Runs tasks with the same name one after another. */
class Queues {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.tails.get(name) ?? Promise.resolve();
    const result = before.then(task, task);
    this.tails.set(
      name,
      result.then(undefined, () => undefined),
    );
    return result;
  }
}

/** Lets a read reuse an answer of the last few seconds, or one requested since `settledMs`. */
export function sharing(scope: Scope, settledMs?: number): Scope {
  return { ...scope, mayShare: true, ...defined({ settledMs }) };
}

/** A platform opened for one operation of one resource. */
export interface Opened {
  readonly definition: PlatformDefinition;
  readonly platform: SnapshotPlatform;
  readonly scope: Scope;
}

/** A platform opened for one operation on a target. */
export interface Targeted extends Opened {
  readonly target: Target;
}

/** Passes on the first message only. */
function once(tell: (message: string) => Promise<void>): (message: string) => Promise<void> {
  let isTold = false;
  return async (message) => {
    if (isTold) return;
    isTold = true;
    await tell(message);
  };
}

/** State that all resources of a process share: open platforms, queues, resources about to be replaced. */
export class Session {
  private readonly platforms = new Map<string, SnapshotPlatform>();
  /** Reads that operations on the same target share, by connection and target. */
  private readonly reads = new Map<string, SharedReads>();
  private readonly queues = new Queues();
  /** Stored properties of each resource that the engine has compared, by URN. */
  private readonly held = new Map<string, Properties>();
  private readonly datedAhead: DatedAhead;
  /** Registry of which resource manages which snapshot. */
  readonly holders: Holders;
  /** URNs of the resources in the state: a create of one of them is a replacement. */
  private readonly existing = new Set<string>();
  /** Declaration times of the resources that wait for no other, by URN, in milliseconds since 1970. */
  readonly declared = new Map<string, number>();
  /** URNs of the resources whose unknown snapshot was settled by adopting one. */
  readonly chosen = new Set<string>();
  /** Targets of the policies of this process that are about to take a snapshot, by URN. */
  private readonly policiesAhead = new Map<string, string>();
  /** Topics already reported, each with its URN. */
  private readonly said = new Set<string>();
  /** Delivery of the latest message about the next `pulumi up`, by URN. */
  private readonly announcedAhead = new Map<string | undefined, Promise<void>>();
  /** Whether this is a preview; known from the first check on. */
  isPreview = false;

  constructor(readonly host: Host) {
    this.datedAhead = new DatedAhead(host);
    this.holders = new Holders(host.holders ?? noHolders);
  }

  /** Records that the state has a resource. */
  recordExisting(urn: string | undefined): void {
    if (urn !== undefined) this.existing.add(urn);
  }

  /** Whether a topic is new for a resource: refresh and diff in the same process find the same things. */
  isNew(urn: string | undefined, what: string): boolean {
    const key = `${urn} ${what}`;
    if (this.said.has(key)) return false;
    this.said.add(key);
    return true;
  }

  /** Shows on a row of a preview what the next `pulumi up` does. During an up, messages say what was done instead. */
  announceAhead(urn: string | undefined, sentence: string | undefined): void {
    if (sentence === undefined || !this.isPreview || !this.isNew(urn, sentence)) return;
    // Keeps the messages of a row in order.
    const before = this.announcedAhead.get(urn) ?? Promise.resolve();
    this.announcedAhead.set(
      urn,
      before.then(() => this.host.inform(urn, sentence)),
    );
  }

  /** Records that a policy of this process is about to take a snapshot of a target. */
  recordPolicyAhead(urn: string, definition: PlatformDefinition, target: Target): void {
    this.policiesAhead.set(urn, targetKey(definition, target));
  }

  /** Records that a policy of this process takes no more snapshots. */
  recordPolicyRan(urn: string | undefined): void {
    if (urn !== undefined) this.policiesAhead.delete(urn);
  }

  /** URN of a policy of this process that is about to take a snapshot of a target. */
  policyAhead(definition: PlatformDefinition, target: Target): string | undefined {
    const key = targetKey(definition, target);
    return [...this.policiesAhead].find(([, own]) => own === key)?.[0];
  }

  /** Records a resource's stored properties. */
  recordStored(urn: string | undefined, properties: Properties): void {
    if (urn === undefined) return;
    this.held.set(urn, properties);
    this.holders.hold(urn, keysOf(properties));
  }

  /** Records that a resource has just taken or adopted a snapshot. */
  recordTaken(urn: string | undefined, snapshotKey: string): void {
    if (urn !== undefined) this.holders.take(urn, snapshotKey);
  }

  /** Stored properties of the resource that is being replaced. */
  replacedBy(urn: string | undefined): Properties | undefined {
    return urn === undefined ? undefined : this.held.get(urn);
  }

  /** Whether a resource is replaced without a diff (`up --replace`), so that its stored properties are not known. */
  isReplacedUnseen(urn: string | undefined): boolean {
    return urn !== undefined && this.existing.has(urn) && !this.held.has(urn);
  }

  /** Whether the program still declares a resource that is being deleted, so that it is replaced. */
  isReplaced(urn: string | undefined): urn is string {
    return urn !== undefined && (this.existing.has(urn) || this.held.has(urn));
  }

  /** Whether a resource's replacement, created in this process, manages a snapshot. */
  isHeldByReplacement(urn: string | undefined, snapshotKey: string): boolean {
    return this.isReplaced(urn) && this.holders.hasTaken(urn, snapshotKey);
  }

  /** Whether a resource other than `urn`, or the replacement of `urn`, manages a snapshot. */
  isHeldElsewhere(urn: string | undefined, snapshotKey: string): boolean {
    return this.isHeldByReplacement(urn, snapshotKey) || this.isHeldByOther(urn, snapshotKey);
  }

  /** Whether a resource other than `urn` manages a snapshot. */
  isHeldByOther(urn: string | undefined, snapshotKey: string): boolean {
    return this.holders.otherThan(urn, snapshotKey) !== undefined;
  }

  /**
   * Opens a platform on the named connection, once for all resources, with the time limit of a read. Operations on the
   * same target share their reads where that is allowed.
   */
  open(
    platformName: string,
    connectionName: string | undefined,
    urn: string | undefined,
    target?: Pick<Target, "kind" | "id">,
  ): Opened {
    const definition = findDefinition(platformName);
    if (definition === undefined) {
      throw new SnapshotsError(
        `"${platformName}" is not a platform; it is one of ${Object.keys(definitions).join(", ")}`,
        { kind: "invalid" },
      );
    }
    const name = connectionName ?? definition.name;
    const resolved = resolveConnection(definition.name, definition.connectionFields, name, this.host.connections);
    if ("problems" in resolved) {
      const stored = this.host.connections.isCurrent
        ? ""
        : " (refresh and destroy use the config of the last up: if it was set since, add --run-program)";
      throw new SnapshotsError(`[${definition.name}] ${resolved.problems.join("; ")}${stored}`, {
        kind: "invalid",
      });
    }
    const { connection } = resolved;
    const key = JSON.stringify([connection.platform, connection.name, connection.fields]);
    let platform = this.platforms.get(key);
    if (platform === undefined) {
      const { clock, random, warn } = this.host;
      platform = openPlatform(connection, { clock, random, warn: once((message) => warn(urn, message)) });
      this.platforms.set(key, platform);
    }
    const guarded = this.datedAhead.guard(platform, definition, urn);
    const reads = target === undefined ? undefined : this.readsOf(JSON.stringify([key, target.kind, target.id]));
    const scope = this.scope(urn, READ_TIMEOUT_MS);
    return { definition, platform: guarded, scope: reads === undefined ? scope : { ...scope, reads } };
  }

  /** Opens the platform and the target that a resource's properties name. */
  openFor(properties: Properties): Targeted {
    const definition = findDefinition(properties["platform"]);
    const target = definition === undefined ? undefined : targetOf(definition, properties);
    const { platform, connection } = {
      platform: textOf(properties, "platform"),
      connection: textOf(properties, "connection"),
    };
    const opened = this.open(platform ?? "", connection, urnOf(properties), target);
    return { ...opened, target: target ?? targetOf(opened.definition, properties) };
  }

  private readsOf(key: string): SharedReads {
    const known = this.reads.get(key);
    if (known !== undefined) return known;
    const reads = new SharedReads(this.host.clock);
    this.reads.set(key, reads);
    return reads;
  }

  /** Scope of an operation that starts now and may take `timeoutMs`. */
  scope(urn: string | undefined, timeoutMs: number): Scope {
    const { stopped } = this.host;
    return {
      deadlineMs: this.host.clock.now() + timeoutMs,
      ...defined({ stopped }),
      announce: (message) => this.host.announce(urn, message),
      beforeChange: async () => this.host.beforeChange?.(),
    };
  }

  /** Runs the creates on one target one after another. */
  oneAtATime<T>(definition: PlatformDefinition, target: Target, task: () => Promise<T>): Promise<T> {
    return this.queues.run(targetKey(definition, target), task);
  }
}

function targetKey(definition: PlatformDefinition, target: Target): string {
  return JSON.stringify([definition.name, target.kind, target.id]);
}

/** Unique key of the snapshot that a resource's properties describe; undefined if they don't name one. */
export function keyOf(properties: Properties): string | undefined {
  const definition = findDefinition(properties["platform"]);
  const snapshotId = textOf(properties, "snapshotId");
  if (definition === undefined || snapshotId === undefined) return undefined;
  const target = targetIn(definition, properties);
  if (target === undefined) return undefined;
  return snapshotKey(definition, target, snapshotId);
}

/** Unique key of a policy run by the platform. */
export function policyKey(definition: PlatformDefinition, policyId: string): string {
  return JSON.stringify([definition.name, "policy", policyId]);
}

/** Unique keys of what a resource manages: one snapshot, a policy run by the platform, or the snapshots of a policy. */
export function keysOf(properties: Properties): string[] {
  const definition = findDefinition(properties["platform"]);
  const held = properties["snapshots"];
  const policyId = textOf(properties, "policyId");
  if (definition !== undefined && policyId !== undefined && properties["runBy"] === "platform") {
    return [policyKey(definition, policyId)];
  }
  if (definition === undefined || !Array.isArray(held)) {
    const own = keyOf(properties);
    return own === undefined ? [] : [own];
  }
  const target = targetIn(definition, properties);
  if (target === undefined) return [];
  return held.flatMap((item: Properties) => {
    const id = textOf(item, "id");
    return id === undefined ? [] : snapshotKey(definition, target, id);
  });
}

/** Unique key of a snapshot. */
export function snapshotKey(definition: PlatformDefinition, target: Target, snapshotId: string): string {
  return JSON.stringify([definition.name, target.kind, target.id, snapshotId]);
}

/** URN that the resource class passed on; undefined in a state that was written by hand. */
export function urnOf(properties: Properties): string | undefined {
  const urn = properties["__urn"];
  return typeof urn === "string" ? urn : undefined;
}

/** Value of a property, if it is non-empty text. */
export function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Time limit of an operation, in milliseconds: from the resource's `customTimeouts`, else `defaultMs`. */
export function timeoutMs(
  properties: Properties,
  operation: "create" | "update" | "delete",
  defaultMs: number,
): number {
  return ownTimeoutMs(properties, operation) ?? defaultMs;
}

/** Time limit that a resource's `customTimeouts` set for an operation, in milliseconds; undefined if they set none. */
export function ownTimeoutMs(properties: Properties, operation: "create" | "update" | "delete"): number | undefined {
  const timeouts = properties["timeouts"];
  const text = typeof timeouts === "object" && timeouts !== null ? (timeouts as Properties)[operation] : undefined;
  const parsed = typeof text === "string" ? parseCustomTimeout(text) : undefined;
  return parsed !== undefined && "milliseconds" in parsed ? parsed.milliseconds : undefined;
}

function targetIn(definition: PlatformDefinition, properties: Properties): Target | undefined {
  for (const [argument, { kind }] of Object.entries(definition.targets)) {
    const id = textOf(properties, argument);
    if (id !== undefined) return { argument, kind, id };
  }
  return undefined;
}

/** Target that the inputs name. */
export function targetOf(definition: PlatformDefinition, inputs: Properties): Target {
  const target = targetIn(definition, inputs);
  if (target !== undefined) return target;
  throw new SnapshotsError(
    `[${definition.name}] no target: name it with ${Object.keys(definition.targets).join(" or ")}`,
    { kind: "invalid" },
  );
}
