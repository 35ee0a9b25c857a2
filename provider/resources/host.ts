import type { Clock } from "../model/clock";
import type { ConnectionSources } from "../model/connection";
import type { JsonValue } from "../model/snapshot";

/** What a resource is to the engine: its inputs or outputs as plain data. */
export type Properties = Readonly<Record<string, JsonValue>>;

/** The note of a request that is about to be sent, kept on this machine until its outcome is known. No secrets. */
export interface Intent {
  /** The resource that asks. */
  readonly urn: string;
  /** A hash of what it asks for, so that a later program's other wish is not mistaken for it. */
  readonly wish: string;
  readonly unfinished: Unfinished;
  /** What it has made, from when that is known until the state is seen to hold it. */
  readonly made?: Made;
}

/** What a request has made: the resource id, and what names the snapshot (or the policy) among all. */
export interface Made {
  readonly id: string;
  readonly snapshotKey: string;
}

/** What is known of a create whose end has not been seen. */
export interface Unfinished {
  /** When the request was sent, by the platform's clock as far as known; ISO-8601 UTC. */
  readonly requestedAt: string;
  /** When it had ended, by the same clock, with whatever answer or with none; left out where that was not seen. */
  readonly endedAt?: string;
  /** The keys of the snapshots that the target had before. */
  readonly known: readonly string[];
  /** Whether the list of `known` was an answer that surely named them all. */
  readonly knownComplete: boolean;
  /** The name that was asked for, on platforms where a snapshot is given one. */
  readonly name?: string;
  /** The scheduled time that it is for, where a policy asks. */
  readonly slot?: string;
  /** What the platform answered, where it answered without naming the snapshot. */
  readonly answer?: { readonly serverTimeMs?: number; readonly hints?: Readonly<Record<string, string>> };
}

/** Where intents are kept. */
export interface Journal {
  find(urn: string): Promise<Intent | undefined>;
  /** The intents of all other resources. */
  others(urn: string): Promise<readonly Intent[]>;
  note(intent: Intent): Promise<void>;
  settle(urn: string): Promise<void>;
  /** Settles an intent that has made what the state now holds. */
  confirm(urn: string, isHeld: (made: Made) => boolean): Promise<void>;
}

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
  /** Called right before a request that changes anything leaves; throws when nobody would record what it does. */
  beforeChange?(): Promise<void>;
  /** Shows a warning on the resource's own row. */
  warn(urn: string | undefined, message: string): Promise<void>;
  /** Shows what a user should know, and need not mend, on the resource's own row. */
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shows on the resource's own row what it waits for. */
  announce(urn: string | undefined, message: string): void;
}

/** A create or update that has made something and could not finish: what it made goes into the state. */
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
