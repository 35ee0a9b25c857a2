import type { InputField } from "./input";
import type { Scope } from "./scope";
import type { JsonValue, Target } from "./snapshot";

/**
 * What is known of a restore. `accepted`: the platform accepted the request, and shows nothing of what followed.
 * `running`, `completed` and `failed`: the platform shows it. `unknown`: the answer was lost; it may have started.
 */
export type RestoreStatus = "accepted" | "running" | "completed" | "failed" | "unknown";

/** One kind of target that a platform's API restores. */
export interface RestoreTargetDefinition {
  /** What the argument that names the target holds. */
  readonly description: string;
  /** The argument that names the snapshot. */
  readonly snapshot: string;
  /** The arguments that only restores of this kind have, the one that names the snapshot included. */
  readonly arguments: Readonly<Record<string, InputField>>;
  /** What a restore overwrites, for the documentation: a phrase. */
  readonly overwrites: string;
  /** What the platform shows of a restore after it has answered, for messages and documentation: a clause. */
  readonly shows: string;
}

/** One restore, as a program asks for it. */
export interface RestoreOrder {
  readonly target: Target;
  /** The platform's own id of the snapshot. */
  readonly snapshotId: string;
  /** The arguments that only restores of this kind have. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** A restore as the platform's answers show it. */
export interface ObservedRestore {
  /** The platform's own id of it, where it has one. */
  readonly restoreId?: string;
  readonly status: RestoreStatus;
  /** The platform's own word for the status, where it has one. */
  readonly platformStatus?: string;
  /** ISO-8601 UTC. */
  readonly startedAt?: string;
  /** ISO-8601 UTC. */
  readonly completedAt?: string;
}

/** A restore that nothing on the platform stands against, as far as it shows. */
export interface PreparedRestore {
  /** What is overwritten, in words, with the state that it is in where the platform shows one. */
  readonly overwrites: string;
  /** What the user should know before: sentences. */
  readonly warnings?: readonly string[];
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
  /** Sends the one request that restores, repeated only when it certainly was not executed. */
  send(scope: Scope): Promise<ObservedRestore>;
}

/**
 * What a target shows of restores. `running`: one runs now. `idle`: none runs. `failed`: its state is an error. `busy`:
 * its state tells neither.
 */
export interface RestoreSighting {
  readonly progress: "running" | "idle" | "failed" | "busy";
  /** The platform's own word for the target's state. */
  readonly platformStatus: string;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** The restores of one kind of target, opened on one connection. */
export interface RestorePlatform {
  /**
   * Looks at the target and the snapshot. Throws where the platform's answers show that it would refuse the restore.
   * Changes nothing.
   */
  prepare(order: RestoreOrder, scope: Scope): Promise<PreparedRestore>;
  /** Looks at what a target shows of restores. Left out where the API shows nothing of one after its answer. */
  look?(target: Target, scope: Scope): Promise<RestoreSighting>;
}
