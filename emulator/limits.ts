/** Bucket of requests that is refilled when its window ends. */
export interface Bucket {
  /** Number of requests that a window allows. */
  limit: number;
  windowMs: number;
  /** Takes one request from the bucket; returns `false` if none is left. */
  take(): boolean;
  remaining(): number;
  /** Whole seconds, rounded up, until the window ends. */
  resetSeconds(): number;
}

/** Creates a bucket whose window starts with the first request after the previous window ended. */
export function createBucket(now: () => number, limit: number, windowMs: number): Bucket {
  let startedAt = Number.NEGATIVE_INFINITY;
  let taken = 0;
  const current = () => {
    if (now() >= startedAt + bucket.windowMs) {
      startedAt = now();
      taken = 0;
    }
  };
  const bucket: Bucket = {
    limit,
    windowMs,
    take() {
      current();
      if (taken >= bucket.limit) return false;
      taken += 1;
      return true;
    },
    remaining() {
      current();
      return Math.max(0, bucket.limit - taken);
    },
    resetSeconds() {
      current();
      return Math.ceil((startedAt + bucket.windowMs - now()) / 1000);
    },
  };
  return bucket;
}
