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
  /** What messages call it. Default: its kind. */
  readonly title?: string;
  readonly description: string;
  /** What its id may be; the messages say what to do. */
  readonly schema: z.ZodType<string>;
}

/**
 * What a platform can do, as plain data: types, `check`, documentation and the README's table follow from it, and a
 * verb that it says is missing is a missing method of the platform's client.
 */
export interface PlatformDefinition {
  readonly name: string;
  readonly title: string;
  /** Where the platform documents its API. */
  readonly documentation: string;
  readonly connectionFields: ConnectionFields;
  /** The targets by the argument that names them; a Snapshot names exactly one. */
  readonly targets: Readonly<Record<string, TargetDefinition>>;
  /** Whether the API can take a snapshot; where it can't, `adopt` is required. */
  readonly create: boolean;
  /** Whether the API can delete a snapshot; where it can't, `deletionPolicy` is always `retain`. */
  readonly delete: boolean;
  /** Whether the API gives download links. */
  readonly download: boolean;
  /** Whether the API can list the snapshots of a whole account. */
  readonly listAccount: boolean;
  /** What the platform cannot do, for the README's table: verb → reason. */
  readonly cannot: Readonly<Record<string, string>>;
  /** For how long after a create request a list may still not show what it made, in milliseconds. */
  readonly listLagMs: number;
  /**
   * For how long after a create request the platform may still be at work on it, in milliseconds, where its end was not
   * seen: the program that waited for it was killed. Left out where the list's lag is longer than that.
   */
  readonly createAnswerMs?: number;
  /** How long a create may take unless `customTimeouts.create` says otherwise, in milliseconds. */
  readonly createTimeoutMs: number;
  /** The arguments of a Snapshot that only this platform has. */
  readonly snapshotArguments?: Readonly<Record<string, InputField>>;
  /** What a Snapshot's arguments must not be together, on this platform only. */
  snapshotRules?(inputs: Readonly<Record<string, unknown>>): readonly CheckFailure[];
  /** The name of a new snapshot that was given none: of a resource, its wish, and what a hash over both gives. */
  defaultName?(resourceName: string, hash: string): string;
  /** What a BackupPolicy can be for, by the argument that names it; a BackupPolicy names exactly one. */
  readonly policyTargets: Readonly<Record<string, PolicyTargetDefinition>>;
  /** What a Restore can restore, by the argument that names it; why it can't restore the rest is in `cannot`. */
  readonly restoreTargets: Readonly<Record<string, RestoreTargetDefinition>>;
  /** The outputs that only this platform has, with what they hold. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a platform's code takes from outside, so that tests can move it. */
export interface PlatformRuntime {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Warns about the connection; called whenever there is a reason, so that the caller decides how often it is shown. */
  warn?(message: string): Promise<void>;
}

/** What the caller already knows about the snapshot that it looks for. */
export interface SnapshotReference {
  readonly snapshotId: string;
  /** Its name within the target, on platforms where that is part of its id. */
  readonly name?: string;
  /** Its `createdAt` as known so far. */
  readonly createdAt?: string;
  /** The region that it was made in, on platforms that have regions. */
  readonly region?: string;
}

/** The snapshot side of a platform, opened on one connection. A verb that the platform lacks is left out. */
export interface SnapshotPlatform {
  /**
   * Lists a target's snapshots, all pages. Errors by kind; an unknown answer is never an empty list. `known`: snapshots
   * whose time is known, which may tell the zone of the others'.
   */
  list(target: Target, scope: Scope, known?: readonly SnapshotReference[]): Promise<SnapshotList>;
  /** Looks for one snapshot; `gone` on the platform's proof only. Throws where the answer proves nothing. */
  observe(target: Target, reference: SnapshotReference, scope: Scope): Promise<Observation>;
  /** Takes a snapshot: exactly one request that changes anything, repeated only when it surely was not executed. */
  create?(target: Target, inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<CreateAnswer>;
  /**
   * Finds what a create has made among the `fresh` ones, those that were not there before the request; without an
   * `answer` when it was lost. Left out where nothing but being the only new one tells it.
   */
  select?(
    answer: CreateAnswer | undefined,
    fresh: readonly ObservedSnapshot[],
    inputs: Readonly<Record<string, JsonValue>>,
  ): Selection;
  /** Changes a snapshot in place; returns it as it is then. */
  update?(
    target: Target,
    reference: SnapshotReference,
    inputs: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<ObservedSnapshot>;
  /** Deletes a snapshot, over lost answers too, and returns when it is gone; one that is gone already is no error. */
  delete?(target: Target, reference: SnapshotReference, scope: Scope): Promise<void>;
  /** A fresh link to a snapshot's bytes. */
  downloadLink?(target: Target, reference: SnapshotReference, scope: Scope): Promise<DownloadLink>;
  /** Lists the snapshots of the whole account with their targets, newest first. */
  listAccount?(scope: Scope): Promise<readonly { readonly target: Target; readonly snapshot: ObservedSnapshot }[]>;
  /** What can be asked without a target, to see whether the connection works. */
  readonly probes: Probes;
  /** The policies that the platform runs, by the argument that names what they are for. */
  readonly policies?: Readonly<Record<string, PolicyPlatform>>;
  /** The restores that the API offers, by the argument that names the target. */
  readonly restores?: Readonly<Record<string, RestorePlatform>>;
}
