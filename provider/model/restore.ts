import type { InputField } from "./input";
import type { Scope } from "./scope";
import type { JsonValue, Target } from "./snapshot";

/**
 * Status of a restore. `accepted`: the platform accepted the request and shows nothing of what followed. `running`,
 * `completed` and `failed`: as the platform shows. `unknown`: the answer was lost; the restore may have started.
 */
export type RestoreStatus = "accepted" | "running" | "completed" | "failed" | "unknown";

/** One kind of target that a platform's API restores. */
export interface RestoreTargetDefinition {
  /** Description of the argument that names the target. */
  readonly description: string;
  /** Argument that names the snapshot. */
  readonly snapshot: string;
  /** Arguments that only restores of this kind have, including the one that names the snapshot. */
  readonly arguments: Readonly<Record<string, InputField>>;
  /** Data that a restore overwrites, for the documentation: a phrase. */
  readonly overwrites: string;
  /** Visibility of a restore after the platform's answer, for messages and documentation: a clause. */
  readonly shows: string;
}

/** One restore, as requested by a program. */
export interface RestoreOrder {
  readonly target: Target;
  /** The platform's own id of the snapshot. */
  readonly snapshotId: string;
  /** Arguments that only restores of this kind have. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** A restore as observed on the platform. */
export interface ObservedRestore {
  /** Its id on the platform, if it has one. */
  readonly restoreId?: string;
  readonly status: RestoreStatus;
  /** The platform's own word for the status, if it has one. */
  readonly platformStatus?: string;
  /** ISO-8601 UTC. */
  readonly startedAt?: string;
  /** ISO-8601 UTC. */
  readonly completedAt?: string;
}

/** A restore that the platform would not refuse, as far as it shows. */
export interface PreparedRestore {
  /** Description of the data to be overwritten, with its state if the platform shows one. */
  readonly overwrites: string;
  /** Warnings for the user before the restore: sentences. */
  readonly warnings?: readonly string[];
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
  /** Sends the one restore request, repeated only if it certainly was not executed. */
  send(scope: Scope): Promise<ObservedRestore>;
}

/**
 * Restores as observed on a target. `running`: one runs now. `idle`: none runs. `failed`: its state is an error.
 * `busy`: its state shows none of these.
 */
export interface RestoreSighting {
  readonly progress: "running" | "idle" | "failed" | "busy";
  /** The platform's own word for the target's state. */
  readonly platformStatus: string;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** Restore operations on one kind of target, opened on one connection. */
export interface RestorePlatform {
  /**
   * Checks the target and the snapshot; changes nothing. Throws if the platform's answers show that it would refuse the
   * restore.
   */
  prepare(order: RestoreOrder, scope: Scope): Promise<PreparedRestore>;
  /** Observes the restores of a target. Left out if the API shows nothing of a restore after its answer. */
  look?(target: Target, scope: Scope): Promise<RestoreSighting>;
}
