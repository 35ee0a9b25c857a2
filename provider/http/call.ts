import type { z } from "zod";
import type { Clock } from "../model/clock";
import type { Connection } from "../model/connection";
import type { ErrorKind, SnapshotsError } from "../model/errors";
import type { Limiter, RateBudget } from "./limiter";

/** A call to an API as data, so that checking its answer can't be forgotten. */
export interface Call<Schema extends z.ZodType> {
  /** What it does, in a user's words, for error messages: `list snapshots`. */
  readonly operation: string;
  /** What it does it to, for error messages. */
  readonly target?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the base URL, segments encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** The shape of the answer's JSON. */
  readonly expect: Schema;
  /** Whether it changes anything on the platform. Default: every method but GET does. */
  readonly changes?: boolean;
  /** A change that may be sent twice without harm, such as one that sets a value. */
  readonly repeatable?: true;
  /** Which reading of a list it belongs to: two readings of one list share no answer. Default: 1. */
  readonly reading?: number;
  /** Longest time for one attempt, in milliseconds. Default 30 s. */
  readonly timeoutMs?: number;
  /**
   * Asked whenever the platform refuses a change because its target is busy. Throws where waiting can't help; resolves to
   * how long the refusal is waited for, in milliseconds, undefined for the default.
   */
  readonly whenBusy?: (refusal: SnapshotsError) => Promise<number | undefined>;
}

/** A checked answer. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  /** The platform's clock when it answered, from the `Date` header, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** An HTTP answer before its meaning is known. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** How one platform's API speaks HTTP. */
export interface Api {
  readonly connection: Connection;
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: Limiter;
  /** Warns about the connection; called whenever there is a reason, so that the caller decides how often it is shown. */
  warn?(message: string): Promise<void>;
  /** The headers that carry the credential, made anew for each attempt. */
  headers(method: string, url: string): Readonly<Record<string, string>>;
  /** What the body of an error says, in the platform's own shape; and its kind where the status alone is not enough. */
  explain(answer: RawAnswer, json: unknown, method: string): Explanation;
  /** What to wait after a 429 without `Retry-After`, in milliseconds. */
  readonly rateLimitDelayMs: number;
  /** Reads the platform's rate limit headers. */
  budget?(answer: RawAnswer, nowMs: number): RateBudget | undefined;
}

/** What a platform says about a failure. */
export interface Explanation {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly kind?: ErrorKind | undefined;
  readonly requestId?: string | undefined;
}
