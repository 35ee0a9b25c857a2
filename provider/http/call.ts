import type { z } from "zod";
import type { Clock } from "../model/clock";
import type { Connection } from "../model/connection";
import type { ErrorKind, SnapshotsError } from "../model/errors";
import type { Limiter, RateBudget } from "./limiter";

/** A call to an API, as data that includes the answer's schema so that the check can't be forgotten. */
export interface Call<Schema extends z.ZodType> {
  /** Name of the operation, in a user's words, for error messages: `list snapshots`. */
  readonly operation: string;
  /** Object of the operation, for error messages. */
  readonly target?: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the base URL, segments encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Schema of the answer's JSON. */
  readonly expect: Schema;
  /** Whether it changes anything on the platform. Default: true for every method but GET. */
  readonly changes?: boolean;
  /** True for a change that can be sent twice without harm, such as one that sets a value. */
  readonly repeatable?: true;
  /** Number of the reading of a list that it belongs to: two readings never share an answer. Default: 1. */
  readonly reading?: number;
  /** Longest time for one attempt, in milliseconds. Default 30 s. */
  readonly timeoutMs?: number;
  /**
   * Called whenever the platform refuses a change because its target is busy. Throws if waiting can't help; resolves to
   * the longest time to wait out the refusal, in milliseconds, or undefined for the default.
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

/** HTTP conventions of one platform's API. */
export interface Api {
  readonly connection: Connection;
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: Limiter;
  /** Warns about the connection; called each time there is a reason: the implementation limits how often it shows. */
  warn?(message: string): Promise<void>;
  /** Creates the headers that carry the credential, again for each attempt. */
  headers(method: string, url: string): Readonly<Record<string, string>>;
  /** Reads an error's body, in the platform's own shape; returns a kind if the status alone is not enough. */
  explain(answer: RawAnswer, json: unknown, method: string): Explanation;
  /** Wait after a 429 without `Retry-After`, in milliseconds. */
  readonly rateLimitDelayMs: number;
  /** Reads the platform's rate limit headers. */
  budget?(answer: RawAnswer, nowMs: number): RateBudget | undefined;
}

/** A failure as explained by the platform's answer. */
export interface Explanation {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly kind?: ErrorKind | undefined;
  readonly requestId?: string | undefined;
}
