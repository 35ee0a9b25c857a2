import type { Clock } from "../model/clock";
import type { TargetReads } from "../model/scope";

/** How long an answer serves reads that start after it came. */
const SHARED_FOR_MS = 3_000;
/** The same for reads to which nothing newer than their program matters: as long as a thousand of them take. */
const SHARED_SINCE_FOR_MS = 120_000;

/** One answer that several reads share: in flight, or come a moment ago. */
interface Shared {
  readonly answer: Promise<unknown>;
  readonly askedMs: number;
  /** When it came; undefined while it is in flight. */
  cameMs?: number;
}

/**
 * The answers to the reads of one target that several resources share, so that a refresh of many resources asks for one
 * list. A write to the target ends the sharing: no read that starts after a write has begun sees an answer from before.
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

  /** Returns the shared answer of this key, or asks for one. A failure is shared by the reads in flight only. */
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

  /** Ends the sharing of what has been asked for so far. Called when a write begins, and again when it has ended. */
  end(): void {
    this.shared.clear();
  }
}
