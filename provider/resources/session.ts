import { resolveConnection } from "../model/connection";
import { parseCustomTimeout } from "../model/duration";
import { SnapshotsError } from "../model/errors";
import type { PlatformDefinition, Scope, SnapshotPlatform } from "../model/platform";
import type { Target } from "../model/snapshot";
import { definitions, findDefinition, openPlatform } from "../platforms";
import type { Host, Properties } from "./host";

/** A read needs minutes at most; anything longer is told instead of waited for. */
const READ_TIMEOUT_MS = 5 * 60_000;

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

/** A platform opened for one operation of one resource. */
export interface Opened {
  readonly definition: PlatformDefinition;
  readonly platform: SnapshotPlatform;
  readonly scope: Scope;
}

/** What one process shares between all its resources: open platforms, queues, what is about to be replaced. */
export class Session {
  private readonly platforms = new Map<string, SnapshotPlatform>();
  private readonly queues = new Queues();
  /** The snapshot that a resource holds while its replacement is made, by URN. */
  readonly replaced = new Map<string, Properties>();
  /** The resources whose unknown snapshot has been settled by choosing one to adopt, by URN. */
  readonly chosen = new Set<string>();

  constructor(readonly host: Host) {}

  /** Opens a platform on the named connection, once for all resources, with the time of a read. */
  open(platformName: string, connectionName: string | undefined, urn: string | undefined): Opened {
    const definition = findDefinition(platformName);
    if (definition === undefined) {
      throw new SnapshotsError(
        `"${platformName}" is no platform; it is one of ${Object.keys(definitions).join(", ")}`,
        { kind: "invalid", executed: "no" },
      );
    }
    const name = connectionName ?? definition.name;
    const resolved = resolveConnection(definition.name, definition.connectionFields, name, this.host.connections);
    if ("problems" in resolved) {
      throw new SnapshotsError(`[${definition.name}] ${resolved.problems.join("; ")}`, {
        kind: "invalid",
        executed: "no",
      });
    }
    const { connection } = resolved;
    const key = JSON.stringify([connection.platform, connection.name, connection.fields]);
    let platform = this.platforms.get(key);
    if (platform === undefined) {
      platform = openPlatform(connection, { clock: this.host.clock, random: this.host.random });
      this.platforms.set(key, platform);
    }
    return { definition, platform, scope: this.scope(urn, READ_TIMEOUT_MS) };
  }

  /** Bounds an operation that starts now. */
  scope(urn: string | undefined, timeoutMs: number): Scope {
    return {
      deadlineMs: this.host.clock.now() + timeoutMs,
      announce: (message) => this.host.announce(urn, message),
    };
  }

  /** Runs the creates on one target one after another. */
  oneAtATime<T>(definition: PlatformDefinition, target: Target, task: () => Promise<T>): Promise<T> {
    return this.queues.run(JSON.stringify([definition.name, target.kind, target.id]), task);
  }
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

/** How long a create, or the update that goes on with one, may take, in milliseconds. */
export function createTimeoutMs(definition: PlatformDefinition, inputs: Properties): number {
  const timeouts = inputs["timeouts"];
  const text = typeof timeouts === "object" && timeouts !== null ? (timeouts as Properties)["create"] : undefined;
  const parsed = typeof text === "string" ? parseCustomTimeout(text) : undefined;
  return parsed !== undefined && "milliseconds" in parsed ? parsed.milliseconds : definition.createTimeoutMs;
}

/** The target that the inputs name. */
export function targetOf(definition: PlatformDefinition, inputs: Properties): Target {
  for (const [argument, { kind }] of Object.entries(definition.targets)) {
    const id = inputs[argument];
    if (typeof id === "string" && id !== "") return { argument, kind, id };
  }
  throw new SnapshotsError(
    `[${definition.name}] no target: name it with ${Object.keys(definition.targets).join(" or ")}`,
    { kind: "invalid", executed: "no" },
  );
}
