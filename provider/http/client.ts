import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import type { z } from "zod";
import { type Clock, isoText } from "../model/clock";
import { type Connection, isLoopbackHost } from "../model/connection";
import { type ErrorKind, messageOf, SnapshotsError } from "../model/errors";
import type { Scope } from "../model/scope";
import { VERSION } from "../model/version";
import type { Limiter, RateBudget } from "./limiter";
import { redact } from "./redact";
import { httpDateMs, retryAfterMs, retryDelayMs } from "./retry";
import { systemProxy, UnusableProxyError } from "./system-proxy";

const LARGEST_BODY_BYTES = 16 * 1024 * 1024;
/** No documented answer has more than ten levels; what walks through one by recursion must not run out of stack. */
const DEEPEST_LEVEL = 64;
const CONNECT_TIMEOUT_MS = 15_000;
const READ_TIMEOUT_MS = 30_000;
const ANNOUNCED_WAIT_MS = 5_000;
const LONGEST_FREE_HOLD_MS = 5 * 60_000;
/** How far this machine's clock and a platform's may be apart before the user is warned. */
const LARGEST_SKEW_MS = 5 * 60_000;
/** The last instant that a Date can hold; a header can name a later one. */
const LATEST_DATE_MS = 8.64e15;
/** What this package calls itself. */
export const USER_AGENT = `pulumi-snapshots/${VERSION} (node ${process.versions.node})`;

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

/** Requests through the proxy that the environment names, where it names one and doesn't except the address. */
function proxyAgent(options: Agent.Options, tls: { readonly rejectUnauthorized: boolean }): Dispatcher {
  const proxy = systemProxy();
  try {
    return new EnvHttpProxyAgent({
      ...options,
      requestTls: tls,
      proxyTls: tls,
      httpsProxy: proxy?.url ?? "",
      // Left out, undici would read the variables for http as well, and refuse what no request here uses.
      httpProxy: "",
    });
  } catch (error) {
    throw proxy === undefined ? error : new UnusableProxyError(proxy);
  }
}

// The proxy variables are read once, when the first request leaves.
const dispatchers = new Map<string, Dispatcher>();

/** The connections to an address, through the environment's proxy where that applies. */
export function dispatcherFor(url: URL, changes: boolean): Dispatcher {
  // A loopback address is this machine itself: no proxy can reach it for us.
  const isDirect = isLoopbackHost(url.hostname);
  const key = `${isDirect} ${changes}`;
  let dispatcher = dispatchers.get(key);
  if (dispatcher === undefined) {
    // Said outright, or NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would switch it off.
    const tls = { rejectUnauthorized: true };
    const options = { connect: { timeout: CONNECT_TIMEOUT_MS, ...tls } };
    dispatcher = isDirect ? new Agent(options) : proxyAgent(options, tls);
    dispatchers.set(key, dispatcher);
  }
  return dispatcher;
}

/** The code of a network error; empty where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** Whether a request surely never left: no name, no connection, no trust, or a proxy that makes no tunnel. */
export function wasNeverSent(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(wasNeverSent);
  const code = codeOf(error);
  // "No route" can also end a connection on which the request has left: only the call that failed tells.
  const syscall = (error as { syscall?: unknown } | undefined)?.syscall;
  return (
    syscall === "connect" ||
    syscall === "getaddrinfo" ||
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    messageOf(error).startsWith("Proxy response") ||
    code.startsWith("CERT_") ||
    code.startsWith("ERR_TLS") ||
    /SELF_SIGNED|UNABLE_TO/.test(code)
  );
}

class BodyTooLarge extends Error {}

async function send(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  timeoutMs: number,
  changes: boolean,
  clock: Clock,
): Promise<RawAnswer> {
  const signal = clock.timeout(timeoutMs);
  const answer = await request(url, {
    method: method as Dispatcher.HttpMethod,
    headers: {
      accept: "application/json",
      "user-agent": USER_AGENT,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body ?? null,
    signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // A kept-alive connection that the server has just closed would leave it open whether the request was executed:
    // what changes something has connections of its own, each for one request.
    reset: changes,
    dispatcher: dispatcherFor(url, changes),
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) {
      answer.body.destroy();
      throw new BodyTooLarge(`its answer is larger than ${LARGEST_BODY_BYTES / 1024 / 1024} MiB`);
    }
    chunks.push(chunk);
  }
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { status: answer.statusCode, headers: flat, text: Buffer.concat(chunks).toString("utf8") };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let level = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInText) {
      if (character === "\\") index++;
      else if (character === '"') isInText = false;
    } else if (character === '"') {
      isInText = true;
    } else if (character === "[" || character === "{") {
      level++;
      if (level > DEEPEST_LEVEL) return true;
    } else if (character === "]" || character === "}") {
      level--;
    }
  }
  return false;
}

/** What a status that is no success means by itself. */
export function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return "unauthorized";
  if (status === 402) return "quota";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "notFound";
  if (status === 409) return "conflict";
  if (status === 408) return "unavailable";
  if (status === 429) return "rateLimited";
  if (status >= 500) return "unavailable";
  if (status >= 400) return "invalid";
  return "unexpectedAnswer";
}

/** A request that the platform has refused was not executed; after 408, 5xx and odd answers nobody can tell. */
function wasRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

function prefixOf(api: Api, call: Pick<Call<z.ZodType>, "operation" | "target">): string {
  return `[${api.connection.platform}] ${call.operation}${call.target === undefined ? "" : ` ${call.target}`}`;
}

/** Both clocks in words where they are too far apart. The time that the answer took may lie between them. */
function clockProblem(api: Api, serverTimeMs: number | undefined, sentMs: number): string | undefined {
  const nowMs = api.clock.now();
  if (serverTimeMs === undefined) return undefined;
  if (Math.max(sentMs - serverTimeMs, serverTimeMs - nowMs) <= LARGEST_SKEW_MS) return undefined;
  return (
    `this machine's clock shows ${isoText(nowMs)} and ${api.connection.platform}'s ${isoText(serverTimeMs)}: ` +
    "correct this machine's clock"
  );
}

function statusError(
  api: Api,
  call: Call<z.ZodType>,
  answer: RawAnswer,
  json: unknown,
  serverTimeMs: number | undefined,
  clocks: string | undefined,
): SnapshotsError {
  const explanation = api.explain(answer, json, call.method);
  const kind = explanation.kind ?? kindOfStatus(answer.status);
  const said =
    explanation.message ?? (json === undefined && answer.text !== "" ? "with an answer that is not JSON" : "");
  // Some platforms begin the message with the code.
  const { code = "" } = explanation;
  const shownCode = said.toLowerCase().startsWith(code.toLowerCase()) ? "" : code;
  const text = [`HTTP ${answer.status}`, shownCode, said].filter((part) => part !== "");
  const waitMs = retryAfterMs(answer.headers["retry-after"], serverTimeMs ?? api.clock.now());
  // Signed requests are refused for their time alone.
  const first = clocks === undefined ? "" : `${clocks}, then `;
  const remedies: Partial<Record<ErrorKind, string>> = {
    unauthorized: `${first}${credentialRemedy(api.connection)}`,
    forbidden: `${first}check that the credential may do this`,
    rateLimited: "too many requests: try again later",
    unavailable: "the platform is not available now: try again later",
  };
  const remedy = remedies[kind] === undefined ? "" : ` (${remedies[kind]})`;
  return new SnapshotsError(`${prefixOf(api, call)}: ${redact(text.join(" "), api.connection.secrets)}${remedy}`, {
    kind,
    executed: wasRefused(answer.status) ? "no" : "maybe",
    status: answer.status,
    ...(explanation.code === undefined ? {} : { code: explanation.code }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(explanation.requestId === undefined ? {} : { requestId: explanation.requestId }),
  });
}

function credentialRemedy(connection: Connection): string {
  const check = `check the credential of the connection "${connection.name}"`;
  return connection.fromConfig
    ? `${check}; "pulumi refresh" and "pulumi destroy" use the one stored by the last up: if it has changed since, add --run-program`
    : check;
}

function transportError(api: Api, call: Call<z.ZodType>, error: unknown, timeoutMs: number): SnapshotsError {
  const prefix = prefixOf(api, call);
  const code = codeOf(error);
  if (error instanceof UnusableProxyError) {
    return new SnapshotsError(`${prefix}: ${error.message}`, { kind: "invalid", executed: "no", cause: error });
  }
  if (error instanceof BodyTooLarge) {
    return new SnapshotsError(`${prefix}: ${error.message}`, { kind: "unexpectedAnswer", cause: error });
  }
  if (
    (error as { name?: unknown } | undefined)?.name === "TimeoutError" ||
    code === "UND_ERR_HEADERS_TIMEOUT" ||
    code === "UND_ERR_BODY_TIMEOUT"
  ) {
    return new SnapshotsError(`${prefix}: no answer within ${Math.round(timeoutMs / 1000)} s`, {
      kind: "timeout",
      cause: error,
    });
  }
  const never = wasNeverSent(error);
  const host = new URL(api.baseUrl).host;
  const what = never ? `can't connect to ${host}` : `the connection to ${host} broke before the answer was complete`;
  const why = redact(code === "" || code === "UND_ERR_ABORTED" ? messageOf(error) : code, api.connection.secrets);
  return new SnapshotsError(`${prefix}: ${what} (${why})`, {
    kind: "unavailable",
    executed: never ? "no" : "maybe",
    cause: error,
  });
}

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
  const serverTimeMs = httpDateMs(answer.headers["date"]);
  const clocks = clockProblem(api, serverTimeMs, sentMs);
  if (clocks !== undefined) await api.warn?.(`${clocks}, by which schedules and ages are computed`);
  const tooDeep = isTooDeep(answer.text);
  const json = tooDeep ? undefined : parseJson(answer.text);
  if (answer.status < 200 || answer.status > 299) {
    throw statusError(api, call, answer, json, serverTimeMs, clocks);
  }

  const checked = call.expect.safeParse(json);
  const isNotJson = json === undefined && answer.text.trim() !== "";
  if (!checked.success || isNotJson) {
    const explanation = api.explain(answer, json, call.method);
    const issue = checked.error?.issues[0];
    const what =
      answer.text.trim() === ""
        ? "an empty answer"
        : tooDeep
          ? `an answer of more than ${DEEPEST_LEVEL} levels`
          : isNotJson
            ? "an answer that is not JSON"
            : `an answer that its documents don't describe (${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")})`;
    const said = explanation.message === undefined ? "" : `: ${explanation.message}`;
    // A success that says why instead of what: the change was refused, as far as the platform's words go.
    const isRefusal = changes && explanation.message !== undefined;
    throw new SnapshotsError(
      `${prefixOf(api, call)}: HTTP ${answer.status} with ${redact(what + said, api.connection.secrets)}`,
      { kind: explanation.kind ?? (isRefusal ? "invalid" : "unexpectedAnswer"), status: answer.status },
    );
  }
  return {
    data: checked.data,
    status: answer.status,
    ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
  };
}

/** The same failure, with how the attempts to get over it ended. */
function waitedInVain(error: SnapshotsError, end: string): SnapshotsError {
  const { kind, executed } = error;
  return new SnapshotsError(continued(error.message, end), { kind, executed, cause: error });
}

/** A message with one more clause; the platform's words may end with a full stop. */
export function continued(message: string, clause: string): string {
  return `${message.replace(/\.$/, "")}; ${clause}`;
}

/** Takes one request out of the platform's budget before anything else is waited for, so that no two take the same one. */
async function takeFromBudget(
  api: Api,
  call: Call<z.ZodType>,
  scope: Scope,
  stopped: AbortSignal | undefined,
): Promise<void> {
  for (let heldMs = api.limiter.heldMs(); heldMs > 0; heldMs = api.limiter.heldMs()) {
    const endMs = Math.min(api.clock.now() + heldMs, LATEST_DATE_MS);
    // A window of the platform's limit is our own queue; an absurd one is not waited for without end.
    if (heldMs <= LONGEST_FREE_HOLD_MS) scope.deadlineMs += heldMs;
    const what = `${prefixOf(api, call)}: the platform's rate limit is used up until ${new Date(endMs).toISOString()}`;
    if (endMs >= scope.deadlineMs) {
      throw new SnapshotsError(`${what}, past the time for this operation`, { kind: "rateLimited", executed: "no" });
    }
    if (heldMs >= ANNOUNCED_WAIT_MS) scope.announce(`${what}; waiting`);
    await api.clock.sleep(heldMs, stopped);
    if (stopped?.aborted) break;
  }
  api.limiter.sent();
}

/**
 * Calls an API: checks the answer's shape, turns every failure into a {@link SnapshotsError}, and repeats what
 * {@link retryDelayMs} allows until the scope's deadline. Redirects are never followed.
 */
export async function callApi<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  scope: Scope,
): Promise<Answer<z.output<Schema>>> {
  const changes = call.changes ?? call.method !== "GET";
  const { reads, mayShare } = scope;
  if (!changes && reads !== undefined && mayShare) {
    const key = JSON.stringify([api.baseUrl, call.method, call.path, call.query ?? {}, call.reading ?? 1]);
    return reads.read(key, () => callUntilAnswered(api, call, changes, scope));
  }
  if (!changes || reads === undefined) return callUntilAnswered(api, call, changes, scope);
  reads.end();
  try {
    return await callUntilAnswered(api, call, changes, scope);
  } finally {
    reads.end();
  }
}

/** Refuses a change once the engine has been told to stop; `refusal` is what it was waiting out. */
function refuseWhenStopped(api: Api, call: Call<z.ZodType>, scope: Scope, refusal: SnapshotsError | undefined): void {
  if (!scope.stopped?.aborted) return;
  if (refusal !== undefined) throw waitedInVain(refusal, "not sent again: pulumi has been stopped");
  throw new SnapshotsError(`${prefixOf(api, call)}: not sent: pulumi has been stopped`, {
    kind: "invalid",
    executed: "no",
  });
}

async function callUntilAnswered<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  changes: boolean,
  scope: Scope,
): Promise<Answer<z.output<Schema>>> {
  let firstFailureMs: number | undefined;
  let refusal: SnapshotsError | undefined;
  for (let failures = 1; ; failures++) {
    // Time spent in our own queue is not the platform's.
    scope.deadlineMs += await api.limiter.turn(changes);
    await takeFromBudget(api, call, scope, changes ? scope.stopped : undefined);
    try {
      if (changes) refuseWhenStopped(api, call, scope, refusal);
      if (changes && api.clock.now() >= scope.deadlineMs) {
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
      return await attempt(api, call, changes, scope.deadlineMs);
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
        // A busy target is waited for, however often the change may be sent.
        readOnly: !changes || (call.repeatable === true && error.kind !== "conflict"),
        rateLimitDelayMs: api.rateLimitDelayMs,
        longestBusyMs,
        random: api.random(),
      });
      if (delayMs === undefined) {
        const waitedMin = Math.floor((nowMs - firstFailureMs) / 60_000);
        throw waitedMin === 0 ? error : waitedInVain(error, `still so after ${waitedMin} min and ${failures} attempts`);
      }
      if (nowMs + delayMs >= scope.deadlineMs) {
        const nextS = Math.ceil(delayMs / 1000);
        throw waitedInVain(error, `the next attempt would be in ${nextS} s, past the time for this operation`);
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
