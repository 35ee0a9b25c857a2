import type { Clock } from "../model/clock";
import type { TargetReads } from "../model/scope";

/** How long an answer serves reads that start after it came. */
const SHARED_FOR_MS = 3_000;

/** One answer that several reads share: in flight, or come a moment ago. */
interface Shared {
  readonly answer: Promise<unknown>;
  /** When it stops to serve reads that start; undefined while it is in flight. */
  untilMs?: number;
}

/**
 * The answers to the reads of one target that several resources share, so that a refresh of many resources asks for one
 * list. A write to the target ends the sharing: no read that starts after a write has begun sees an answer from before.
 */
export class SharedReads implements TargetReads {
  private readonly shared = new Map<string, Shared>();
  private readonly byId = { count: 0, untilMs: 0 };

  constructor(private readonly clock: Clock) {}

  /** Returns the shared answer of this key, or asks for one. A failure is shared by the reads in flight only. */
  read<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.shared.get(key);
    if (known !== undefined && (known.untilMs === undefined || this.clock.now() < known.untilMs)) {
      return known.answer as Promise<T>;
    }
    const answer = ask();
    const own: Shared = { answer };
    this.shared.set(key, own);
    answer.then(
      () => {
        own.untilMs = this.clock.now() + SHARED_FOR_MS;
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
