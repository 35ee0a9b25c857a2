import type { Journal } from "../creation";
import type { Clock } from "../model/clock";
import type { ConnectionSources } from "../model/connection";
import type { JsonValue } from "../model/snapshot";

/** What a resource is to the engine: its inputs or outputs as plain data. */
export type Properties = Readonly<Record<string, JsonValue>>;

/**
 * What resources of all stacks have adopted on this machine: a process compares only the resources of its own run. Keys
 * of snapshots by URN, no secrets.
 */
export interface HolderRegistry {
  note(urn: string, keys: readonly string[]): Promise<void>;
  drop(urn: string, keys: readonly string[]): Promise<void>;
  /** The URNs of the resources other than `urn` that have adopted a snapshot, by its key. */
  others(urn: string | undefined): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A registry that knows of nothing. */
export const noHolders: HolderRegistry = {
  note: async () => undefined,
  drop: async () => undefined,
  others: async () => new Map(),
};

/** Everything that the resources take from outside. */
export interface Host {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly connections: ConnectionSources;
  readonly journal: Journal;
  /** Default: none is kept. */
  readonly holders?: HolderRegistry;
  /** Aborts when the engine has been told to stop; default: never. */
  readonly stopped?: AbortSignal;
  /** Called right before a request that changes anything leaves; throws when nothing would record its result. */
  beforeChange?(): Promise<void>;
  /** Shows a warning on the resource's own row. */
  warn(urn: string | undefined, message: string): Promise<void>;
  /** Shows on the resource's own row what a user should know and need not act on. */
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shows on the resource's own row what it waits for. */
  announce(urn: string | undefined, message: string): void;
}

/** A create or update that created something and could not finish: what it created goes into the state. */
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
