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

/** A read needs minutes at most; anything longer is told instead of waited for. */
const READ_TIMEOUT_MS = 5 * 60_000;
/** How long a deletion may take unless `customTimeouts.delete` says otherwise. */
export const DELETE_TIMEOUT_MS = 15 * 60_000;

/** Runs tasks of one name one after another. */
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

/** The scope of a read for which an answer of a moment ago is as good as a new one, or any one since `settledMs`. */
export function sharing(scope: Scope, settledMs?: number): Scope {
  return { ...scope, mayShare: true, ...defined({ settledMs }) };
}

/** A platform opened for one operation of one resource. */
export interface Opened {
  readonly definition: PlatformDefinition;
  readonly platform: SnapshotPlatform;
  readonly scope: Scope;
}

/** A platform opened for one operation, with the target that it is about. */
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

/** What one process shares between all its resources: open platforms, queues, what is about to be replaced. */
export class Session {
  private readonly platforms = new Map<string, SnapshotPlatform>();
  /** What the operations on one target read together, by connection and target. */
  private readonly reads = new Map<string, SharedReads>();
  private readonly queues = new Queues();
  /** What each resource that the engine has compared holds in the state, by URN. */
  private readonly held = new Map<string, Properties>();
  private readonly datedAhead: DatedAhead;
  /** Which resources manage which snapshots. */
  readonly holders: Holders;
  /** The resources that the state has, by URN: their create is a replacement. */
  private readonly existing = new Set<string>();
  /** When the program has declared the resources that wait for nothing, by URN, in milliseconds since 1970. */
  readonly declared = new Map<string, number>();
  /** The resources whose unknown snapshot has been settled by choosing one to adopt, by URN. */
  readonly chosen = new Set<string>();
  /** The policies of this process that are about to take a snapshot, by URN: their targets. */
  private readonly policiesAhead = new Map<string, string>();
  /** What has been said, by URN. */
  private readonly said = new Set<string>();
  /** The delivery of what was said last of the next up, by URN. */
  private readonly foretold = new Map<string | undefined, Promise<void>>();
  /** Whether the program only asks what an up would do; known from the first check on. */
  isPreview = false;

  constructor(readonly host: Host) {
    this.datedAhead = new DatedAhead(host);
    this.holders = new Holders(host.holders ?? noHolders);
  }

  /** Notes that the state has a resource. */
  noteExisting(urn: string | undefined): void {
    if (urn !== undefined) this.existing.add(urn);
  }

  /** Whether something is said of a resource for the first time: refresh and comparison of one process meet the same. */
  isNew(urn: string | undefined, what: string): boolean {
    const key = `${urn} ${what}`;
    if (this.said.has(key)) return false;
    this.said.add(key);
    return true;
  }

  /** Says on a row of a preview what the next up does. An up says what it has done instead. */
  foretell(urn: string | undefined, sentence: string | undefined): void {
    if (sentence === undefined || !this.isPreview || !this.isNew(urn, sentence)) return;
    // In the order in which they were said.
    const before = this.foretold.get(urn) ?? Promise.resolve();
    this.foretold.set(
      urn,
      before.then(() => this.host.inform(urn, sentence)),
    );
  }

  /** Notes that a policy of this process is about to take a snapshot of a target. */
  notePolicyAhead(urn: string, definition: PlatformDefinition, target: Target): void {
    this.policiesAhead.set(urn, targetKey(definition, target));
  }

  /** Notes that a policy of this process takes nothing any more. */
  notePolicyRan(urn: string | undefined): void {
    if (urn !== undefined) this.policiesAhead.delete(urn);
  }

  /** The URN of a policy of this process that is about to take a snapshot of a target. */
  policyAhead(definition: PlatformDefinition, target: Target): string | undefined {
    const key = targetKey(definition, target);
    return [...this.policiesAhead].find(([, own]) => own === key)?.[0];
  }

  /** Notes what a resource holds in the state. */
  noteHeld(urn: string | undefined, properties: Properties): void {
    if (urn === undefined) return;
    this.held.set(urn, properties);
    this.holders.hold(urn, keysOf(properties));
  }

  /** Notes what a resource has taken or adopted just now. */
  noteTaken(urn: string | undefined, snapshotKey: string): void {
    if (urn !== undefined) this.holders.take(urn, snapshotKey);
  }

  /** What the resource whose replacement is made holds until then. */
  replacedBy(urn: string | undefined): Properties | undefined {
    return urn === undefined ? undefined : this.held.get(urn);
  }

  /** Whether a resource is replaced without a comparison (`up --replace`), so that what it holds is not known. */
  isReplacedUnseen(urn: string | undefined): boolean {
    return urn !== undefined && this.existing.has(urn) && !this.held.has(urn);
  }

  /** Whether the program still has a resource that is deleted, so that another takes its place. */
  isReplaced(urn: string | undefined): urn is string {
    return urn !== undefined && (this.existing.has(urn) || this.held.has(urn));
  }

  /** Whether the replacement that has just taken a resource's place manages a snapshot. */
  isHeldByReplacement(urn: string | undefined, snapshotKey: string): boolean {
    return this.isReplaced(urn) && this.holders.hasTaken(urn, snapshotKey);
  }

  /** Whether another resource than `urn`, or the replacement that has just taken its place, holds a snapshot. */
  isHeldElsewhere(urn: string | undefined, snapshotKey: string): boolean {
    return this.isHeldByReplacement(urn, snapshotKey) || this.isHeldByOther(urn, snapshotKey);
  }

  /** Whether a resource other than `urn` holds a snapshot. */
  isHeldByOther(urn: string | undefined, snapshotKey: string): boolean {
    return this.holders.otherThan(urn, snapshotKey) !== undefined;
  }

  /**
   * Opens a platform on the named connection, once for all resources, with the time of a read. Operations on the same
   * target share what they may read together.
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

  /** Opens the platform that a resource's properties name, with their target. */
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

  /** Bounds an operation that starts now. */
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

/** What names the snapshot of a resource's properties among all; undefined when they name none. */
export function keyOf(properties: Properties): string | undefined {
  const definition = findDefinition(properties["platform"]);
  const snapshotId = textOf(properties, "snapshotId");
  if (definition === undefined || snapshotId === undefined) return undefined;
  const target = targetIn(definition, properties);
  if (target === undefined) return undefined;
  return snapshotKey(definition, target, snapshotId);
}

/** What names a policy that its platform runs among all. */
export function policyKey(definition: PlatformDefinition, policyId: string): string {
  return JSON.stringify([definition.name, "policy", policyId]);
}

/** What names what a resource's properties hold: the one of a Snapshot; a policy, or the snapshots of one. */
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

/** What names a snapshot among all. */
export function snapshotKey(definition: PlatformDefinition, target: Target, snapshotId: string): string {
  return JSON.stringify([definition.name, target.kind, target.id, snapshotId]);
}

/** The URN that the resource class has passed on; undefined in a state that was written by hand. */
export function urnOf(properties: Properties): string | undefined {
  const urn = properties["__urn"];
  return typeof urn === "string" ? urn : undefined;
}

/** A text among the properties. */
export function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** How long an operation may take, in milliseconds: what the resource's `customTimeouts` say, else `defaultMs`. */
export function timeoutMs(
  properties: Properties,
  operation: "create" | "update" | "delete",
  defaultMs: number,
): number {
  return ownTimeoutMs(properties, operation) ?? defaultMs;
}

/** How long the resource's `customTimeouts` give an operation, in milliseconds; undefined where they say nothing. */
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

/** The target that the inputs name. */
export function targetOf(definition: PlatformDefinition, inputs: Properties): Target {
  const target = targetIn(definition, inputs);
  if (target !== undefined) return target;
  throw new SnapshotsError(
    `[${definition.name}] no target: name it with ${Object.keys(definition.targets).join(" or ")}`,
    { kind: "invalid" },
  );
}
