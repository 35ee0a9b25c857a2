import type { Clock } from "../model/clock";
import type { TargetReads } from "../model/scope";

/** How long an answer serves later reads, in milliseconds. */
const SHARED_FOR_MS = 3_000;
/** The same for reads that need nothing newer than their program's start: as long as a thousand of them take. */
const SHARED_SINCE_FOR_MS = 120_000;

/** One answer that several reads share: in flight, or arrived a moment ago. */
interface Shared {
  readonly answer: Promise<unknown>;
  readonly askedMs: number;
  /** Time of arrival, in milliseconds since 1970; undefined while it is in flight. */
  cameMs?: number;
}

/**
 * Shares the answers to reads of one target among resources, so that a refresh of many resources requests one list. A
 * write to the target ends the sharing: a read that starts after a write has begun never gets an answer from before it.
 */
export class SharedReads implements TargetReads {
  private readonly shared = new Map<string, Shared>();
  private readonly byId = { count: 0, untilMs: 0 };

  constructor(private readonly clock: Clock) {}

  /** Whether an answer serves a read that starts now. */
  private serves({ askedMs, cameMs }: Shared, sinceMs = Number.POSITIVE_INFINITY): boolean {
    if (cameMs === undefined) return true;
    return this.clock.now() < cameMs + (askedMs >= sinceMs ? SHARED_SINCE_FOR_MS : SHARED_FOR_MS);
  }

  /** Returns the shared answer of this key, or requests one. Only the reads in flight share a failure. */
  read<T>(key: string, ask: () => Promise<T>, sinceMs?: number): Promise<T> {
    const known = this.shared.get(key);
    if (known !== undefined && this.serves(known, sinceMs)) return known.answer as Promise<T>;
    const askedMs = this.clock.now();
    const answer = ask();
    const own: Shared = { answer, askedMs };
    this.shared.set(key, own);
    answer.then(
      () => {
        own.cameMs = this.clock.now();
      },
      () => {
        if (this.shared.get(key) === own) this.shared.delete(key);
      },
    );
    return answer;
  }

  countById(): number {
    const nowMs = this.clock.now();
    if (nowMs >= this.byId.untilMs) this.byId.count = 0;
    this.byId.count += 1;
    this.byId.untilMs = nowMs + SHARED_FOR_MS;
    return this.byId.count;
  }

  /** Ends the sharing of all answers requested so far. Called when a write begins, and again when it has ended. */
  end(): void {
    this.shared.clear();
  }
}
