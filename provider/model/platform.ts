import type { z } from "zod";
import type { Clock } from "./clock";
import type { ConnectionFields } from "./connection";
import type { CheckFailure, InputField } from "./input";
import type { PolicyPlatform, PolicyTargetDefinition } from "./policy";
import type { Probes } from "./probe";
import type { RestorePlatform, RestoreTargetDefinition } from "./restore";
import type { Scope } from "./scope";
import type {
  CreateAnswer,
  DownloadLink,
  JsonValue,
  Observation,
  ObservedSnapshot,
  Selection,
  SnapshotList,
  Target,
} from "./snapshot";

/** One kind of target that a platform can snapshot. */
export interface TargetDefinition {
  /** Its kind in resource ids. */
  readonly kind: string;
  /** Name in messages. Default: its kind. */
  readonly title?: string;
  readonly description: string;
  /** Schema of its id; the messages say what to do. */
  readonly schema: z.ZodType<string>;
}

/**
 * Capabilities of a platform, as plain data: types, `check`, documentation and the README's table derive from it, and a
 * verb that it declares missing is a missing method of the platform's client.
 */
export interface PlatformDefinition {
  readonly name: string;
  readonly title: string;
  /** Link to the platform's API documentation. */
  readonly documentation: string;
  readonly connectionFields: ConnectionFields;
  /** Targets, by the argument that names them; a Snapshot names exactly one. */
  readonly targets: Readonly<Record<string, TargetDefinition>>;
  /** Whether the API can take a snapshot; if not, `adopt` is required. */
  readonly create: boolean;
  /** Whether the API can delete a snapshot; if not, `deletionPolicy` is always `retain`. */
  readonly delete: boolean;
  /** Whether the API gives download links. */
  readonly download: boolean;
  /** Whether the API can list the snapshots of a whole account. */
  readonly listAccount: boolean;
  /** Missing verbs of the platform, for the README's table: verb → reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** List lag: longest time from a create request until the list shows its snapshot, in milliseconds. */
  readonly listLagMs: number;
  /**
   * How long the platform may still execute a create request whose end was not observed because the program was killed,
   * in milliseconds. Left out if the list lag is longer.
   */
  readonly createAnswerMs?: number;
  /** How long a create may take unless `customTimeouts.create` is set, in milliseconds. */
  readonly createTimeoutMs: number;
  /** Arguments of a Snapshot that only this platform has. */
  readonly snapshotArguments?: Readonly<Record<string, InputField>>;
  /** Checks combinations of a Snapshot's arguments, by rules of this platform only. */
  snapshotRules?(inputs: Readonly<Record<string, unknown>>): readonly CheckFailure[];
  /** Default name of a new snapshot, from the resource name and a hash of URN, target and triggers. */
  defaultName?(resourceName: string, hash: string): string;
  /** Targets of a BackupPolicy, by the argument that names them; a BackupPolicy names exactly one. */
  readonly policyTargets: Readonly<Record<string, PolicyTargetDefinition>>;
  /** Targets of a Restore, by the argument that names them; `cannot` says why the others can't be restored. */
  readonly restoreTargets: Readonly<Record<string, RestoreTargetDefinition>>;
  /** Outputs that only this platform has, with their descriptions. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Dependencies of a platform's code, passed in so that tests can control them. */
export interface PlatformRuntime {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Warns about the connection; called each time there is a reason: the implementation limits how often it shows. */
  warn?(message: string): Promise<void>;
}

/** Known facts about a snapshot to look for. */
export interface SnapshotReference {
  readonly snapshotId: string;
  /** Its name within the target, on platforms where the name is part of its id. */
  readonly name?: string;
  /** Its `createdAt` as known so far. */
  readonly createdAt?: string;
  /** Region in which it was created, on platforms that have regions. */
  readonly region?: string;
}

/** Snapshot operations of a platform, opened on one connection. A verb that the platform lacks is left out. */
export interface SnapshotPlatform {
  /**
   * Lists a target's snapshots, all pages. Errors by kind; an unknown answer is never an empty list. `known`: snapshots
   * whose time is known, which may reveal the time zone of the others.
   */
  list(target: Target, scope: Scope, known?: readonly SnapshotReference[]): Promise<SnapshotList>;
  /** Looks for one snapshot; `gone` only when the platform confirms it. Throws if the answer proves nothing. */
  observe(target: Target, reference: SnapshotReference, scope: Scope): Promise<Observation>;
  /** Takes a snapshot: exactly one request that changes anything, repeated only if it certainly was not executed. */
  create?(target: Target, inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<CreateAnswer>;
  /**
   * Finds the snapshot that a create took among the `fresh` ones, which were not listed before the request; `answer` is
   * undefined if it was lost. Left out if being the only new one is all that identifies it.
   */
  select?(
    answer: CreateAnswer | undefined,
    fresh: readonly ObservedSnapshot[],
    inputs: Readonly<Record<string, JsonValue>>,
  ): Selection;
  /** Changes a snapshot in place; returns the changed snapshot. */
  update?(
    target: Target,
    reference: SnapshotReference,
    inputs: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<ObservedSnapshot>;
  /** Deletes a snapshot, despite lost answers, and returns once it no longer exists; no error if it already doesn't. */
  delete?(target: Target, reference: SnapshotReference, scope: Scope): Promise<void>;
  /** Requests a new link to a snapshot's bytes. */
  downloadLink?(target: Target, reference: SnapshotReference, scope: Scope): Promise<DownloadLink>;
  /** Lists the snapshots of the whole account with their targets, newest first. */
  listAccount?(scope: Scope): Promise<readonly { readonly target: Target; readonly snapshot: ObservedSnapshot }[]>;
  /** Requests that need no target, to check whether the connection works. */
  readonly probes: Probes;
  /** Policies that the platform runs, by the argument that names their target. */
  readonly policies?: Readonly<Record<string, PolicyPlatform>>;
  /** Restores that the API offers, by the argument that names their target. */
  readonly restores?: Readonly<Record<string, RestorePlatform>>;
}
