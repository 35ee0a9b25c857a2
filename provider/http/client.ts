import type { z } from "zod";
import { SnapshotsError } from "../model/errors";
import type { Scope } from "../model/scope";
import { checkAnswer } from "./answer";
import type { Answer, Api, Call, RawAnswer } from "./call";
import { continued, prefixOf, transportError } from "./failures";
import { retryDelayMs } from "./retry";
import { send } from "./transport";

export type { Answer, Api, Call, Explanation, RawAnswer } from "./call";

const READ_TIMEOUT_MS = 30_000;
const ANNOUNCED_WAIT_MS = 5_000;
const LONGEST_FREE_HOLD_MS = 5 * 60_000;
/** The last instant that a `Date` can hold; a header can state a later one. */
const LATEST_DATE_MS = 8.64e15;

async function attempt<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  changes: boolean,
  deadlineMs: number,
): Promise<Answer<z.output<Schema>>> {
  const url = new URL(api.baseUrl + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, String(value));
  const timeoutMs = Math.max(1, Math.min(call.timeoutMs ?? READ_TIMEOUT_MS, deadlineMs - api.clock.now()));
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const sentMs = api.clock.now();
  let answer: RawAnswer | undefined;
  try {
    answer = await send(call.method, url, api.headers(call.method, url.href), body, timeoutMs, changes, api.clock);
  } catch (error) {
    throw transportError(api, call, error, timeoutMs);
  } finally {
    api.limiter.answered(answer === undefined ? undefined : api.budget?.(answer, api.clock.now()));
  }
  return checkAnswer(api, call, changes, answer, sentMs);
}

/** Returns the same failure with a clause on how waiting or retrying ended. */
function withEnding(error: SnapshotsError, end: string): SnapshotsError {
  const { kind, executed } = error;
  return new SnapshotsError(continued(error.message, end), { kind, executed, cause: error });
}

/**
 * Takes one request from the platform's rate budget, with no await between check and take, so that no two calls take
 * the same one. Returns the new deadline: a wait for the next rate limit window is our own queue and doesn't count.
 */
async function takeFromBudget(
  api: Api,
  call: Call<z.ZodType>,
  scope: Pick<Scope, "announce">,
  startDeadlineMs: number,
  stopped: AbortSignal | undefined,
): Promise<number> {
  let deadlineMs = startDeadlineMs;
  for (let heldMs = api.limiter.heldMs(); heldMs > 0; heldMs = api.limiter.heldMs()) {
    const endMs = Math.min(api.clock.now() + heldMs, LATEST_DATE_MS);
    // An absurdly long window does not extend the deadline.
    if (heldMs <= LONGEST_FREE_HOLD_MS) deadlineMs += heldMs;
    const what = `${prefixOf(api, call)}: the platform's rate limit is used up until ${new Date(endMs).toISOString()}`;
    if (endMs >= deadlineMs) {
      throw new SnapshotsError(`${what}, past the time for this operation`, { kind: "rateLimited" });
    }
    if (heldMs >= ANNOUNCED_WAIT_MS) scope.announce(`${what}; waiting`);
    await api.clock.sleep(heldMs, stopped);
    if (stopped?.aborted) break;
  }
  api.limiter.sent();
  return deadlineMs;
}

/**
 * Calls an API: checks the answer's shape, turns every failure into a {@link SnapshotsError}, and retries as
 * {@link retryDelayMs} allows until the scope's deadline. Redirects are never followed.
 */
export async function callApi<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  scope: Scope,
): Promise<Answer<z.output<Schema>>> {
  const changes = call.changes ?? call.method !== "GET";
  const { reads, mayShare, settledMs } = scope;
  if (!changes && reads !== undefined && mayShare) {
    const key = JSON.stringify([api.baseUrl, call.method, call.path, call.query ?? {}, call.reading ?? 1]);
    return reads.read(key, () => callUntilAnswered(api, call, changes, scope), settledMs);
  }
  if (!changes || reads === undefined) return callUntilAnswered(api, call, changes, scope);
  reads.end();
  try {
    return await callUntilAnswered(api, call, changes, scope);
  } finally {
    reads.end();
  }
}

/** Refuses a change once the engine is stopping; `refusal` is the one that the change was waiting out. */
function refuseWhenStopped(api: Api, call: Call<z.ZodType>, scope: Scope, refusal: SnapshotsError | undefined): void {
  if (!scope.stopped?.aborted) return;
  if (refusal !== undefined) throw withEnding(refusal, "not sent again: pulumi has been stopped");
  throw new SnapshotsError(`${prefixOf(api, call)}: not sent: pulumi has been stopped`, { kind: "invalid" });
}

async function callUntilAnswered<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  changes: boolean,
  scope: Scope,
): Promise<Answer<z.output<Schema>>> {
  let { deadlineMs } = scope;
  let firstFailureMs: number | undefined;
  let refusal: SnapshotsError | undefined;
  for (let failures = 1; ; failures++) {
    // Time spent in our own queue doesn't count.
    deadlineMs += await api.limiter.turn(changes);
    deadlineMs = await takeFromBudget(api, call, scope, deadlineMs, changes ? scope.stopped : undefined);
    try {
      if (changes) refuseWhenStopped(api, call, scope, refusal);
      if (changes && api.clock.now() >= deadlineMs) {
        throw new SnapshotsError(`${prefixOf(api, call)}: not sent, the time for this operation is up`, {
          kind: "timeout",
          executed: "no",
        });
      }
      if (changes) await scope.beforeChange?.();
    } catch (error) {
      api.limiter.answered(undefined);
      throw error;
    }
    try {
      return await attempt(api, call, changes, deadlineMs);
    } catch (error) {
      if (!(error instanceof SnapshotsError)) throw error;
      const longestBusyMs = changes && error.kind === "conflict" ? await call.whenBusy?.(error) : undefined;
      refusal = error;
      const nowMs = api.clock.now();
      firstFailureMs ??= nowMs;
      const delayMs = retryDelayMs({
        attempt: failures,
        error,
        elapsedMs: nowMs - firstFailureMs,
        // Even a repeatable change waits for a busy target.
        readOnly: !changes || (call.repeatable === true && error.kind !== "conflict"),
        rateLimitDelayMs: api.rateLimitDelayMs,
        longestBusyMs,
        random: api.random(),
      });
      if (delayMs === undefined) {
        const waitedMin = Math.floor((nowMs - firstFailureMs) / 60_000);
        throw waitedMin === 0 ? error : withEnding(error, `still so after ${waitedMin} min and ${failures} attempts`);
      }
      if (nowMs + delayMs >= deadlineMs) {
        const nextS = Math.ceil(delayMs / 1000);
        throw withEnding(error, `the next attempt would be in ${nextS} s, past the time for this operation`);
      }
      if (delayMs >= ANNOUNCED_WAIT_MS) {
        scope.announce(
          `${error.message}; trying again in ${Math.ceil(delayMs / 1000)} s, at ${new Date(nowMs + delayMs).toISOString()}`,
        );
      }
      await api.clock.sleep(delayMs, changes ? scope.stopped : undefined);
    }
  }
}
