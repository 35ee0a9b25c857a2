/** Reads of one target, shared by the operations of a process. */
export interface TargetReads {
  /**
   * Returns the shared answer of this key, or requests one. `sinceMs`, in milliseconds since 1970: an answer requested
   * then or later is shared for longer than others.
   */
  read<T>(key: string, ask: () => Promise<T>, sinceMs?: number): Promise<T>;
  /** Counts one more read by id; returns the number of such reads within the time that an answer is shared. */
  countById(): number;
  /** Ends the sharing of all answers requested so far. */
  end(): void;
}

/** Limits of one operation, and its means to report a long wait. */
export interface Scope {
  /** Deadline of the operation, in milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Shows the user the reason of a long wait, while it lasts. */
  announce(message: string): void;
  /** Aborts when the engine is asked to stop: from then on no change is sent, and waits to send one end. */
  readonly stopped?: AbortSignal;
  /** Timeout of the operation in the resource's `customTimeouts`, in milliseconds; left out if not set. */
  readonly ownTimeoutMs?: number;
  /** Called before each attempt to send a request that changes something. */
  beforeChange?(): Promise<void>;
  /** Shared reads of the operation's target; each write of the operation ends the sharing. */
  readonly reads?: TargetReads;
  /** Whether an answer from a moment ago is as good as a new one: never when looking for the result of a write. */
  readonly mayShare?: true;
  /**
   * With `mayShare`: instant after which nothing that the operation depends on has happened, in milliseconds since
   * 1970. An answer requested later is as good as a new one. Left out if unknown.
   */
  readonly settledMs?: number;
}

/** Returns a job with another deadline, in milliseconds since 1970. */
export function until<Job extends { readonly scope: Scope }>(job: Job, deadlineMs: number): Job {
  return { ...job, scope: { ...job.scope, deadlineMs } };
}
