import type { Journal } from "../creation";
import type { Clock } from "../model/clock";
import type { ConnectionSources } from "../model/connection";
import type { JsonValue } from "../model/snapshot";

/** Inputs or outputs of a resource, as plain data. */
export type Properties = Readonly<Record<string, JsonValue>>;

/**
 * Snapshots that resources of any stack have adopted on this machine: a process compares only the resources of its own
 * run. Keys of snapshots by URN, no secrets.
 */
export interface HolderRegistry {
  note(urn: string, keys: readonly string[]): Promise<void>;
  drop(urn: string, keys: readonly string[]): Promise<void>;
  /** URNs of the resources other than `urn` that have adopted a snapshot, by its key. */
  others(urn: string | undefined): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A registry that is always empty. */
export const noHolders: HolderRegistry = {
  note: async () => undefined,
  drop: async () => undefined,
  others: async () => new Map(),
};

/** Everything that the resources need from their surroundings. */
export interface Host {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly connections: ConnectionSources;
  readonly journal: Journal;
  /** Default: an empty registry. */
  readonly holders?: HolderRegistry;
  /** Aborts when the engine is asked to stop; default: never. */
  readonly stopped?: AbortSignal;
  /** Called right before a request that changes anything is sent; throws if nothing would record its result. */
  beforeChange?(): Promise<void>;
  /** Shows a warning on the resource's own row. */
  warn(urn: string | undefined, message: string): Promise<void>;
  /** Shows information on the resource's own row that needs no action. */
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shows on the resource's own row what it is waiting for. */
  announce(urn: string | undefined, message: string): void;
}

/** Error of a create or update that created something but could not finish; the engine stores `properties`. */
export class UnfinishedError extends Error {
  constructor(
    readonly id: string,
    readonly properties: Properties,
    readonly reason: string,
    options?: { readonly cause?: unknown },
  ) {
    super(reason, options);
    this.name = "UnfinishedError";
  }
}
