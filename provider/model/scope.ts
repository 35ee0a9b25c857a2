/** The reads of one target that the operations of a process share. */
export interface TargetReads {
  /**
   * Returns the shared answer of this key, or asks for one. `sinceMs`, in milliseconds since 1970: an answer that was asked
   * for then or later will do, also where it came longer ago than others are shared.
   */
  read<T>(key: string, ask: () => Promise<T>, sinceMs?: number): Promise<T>;
  /** Notes that one more operation reads by id; returns how many have within the time that an answer is shared. */
  countById(): number;
  /** Ends the sharing of what has been asked for so far. */
  end(): void;
}

/** Bounds one operation in time and tells the user while it waits. */
export interface Scope {
  /** When the operation has to be over, in milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Tells the user what a long wait is for; shown while it lasts. */
  announce(message: string): void;
  /** Aborts when the engine has been told to stop: from then on no change is sent, and no wait to send one goes on. */
  readonly stopped?: AbortSignal;
  /** How long the resource's `customTimeouts` give the operation, in milliseconds; left out where they say nothing. */
  readonly ownTimeoutMs?: number;
  /** Called before each request that changes something leaves, also before it leaves again. */
  beforeChange?(): Promise<void>;
  /** The reads of the operation's target; each write of the operation ends their sharing. */
  readonly reads?: TargetReads;
  /** Whether an answer of a moment ago is as good as a new one: never for what looks for the result of a write. */
  readonly mayShare?: true;
  /**
   * With `mayShare`: since when nothing that the operation depends on has happened, in milliseconds since 1970. An answer
   * that was asked for later tells it as much as a new one. Left out where that is not known.
   */
  readonly settledMs?: number;
}

/** Returns a job whose operation has to be over at another time, in milliseconds since 1970. */
export function until<Job extends { readonly scope: Scope }>(job: Job, deadlineMs: number): Job {
  return { ...job, scope: { ...job.scope, deadlineMs } };
}
