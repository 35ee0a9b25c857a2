/** Bounds one operation in time and tells the user while it waits. */
export interface Scope {
  /** When the operation has to be over, in milliseconds since 1970. Waits in our own limiter push it back. */
  deadlineMs: number;
  /** Tells the user what a long wait is for; shown while it lasts. */
  announce(message: string): void;
  /** Called before each request that changes something leaves, also before it leaves again. */
  beforeChange?(): Promise<void>;
}
