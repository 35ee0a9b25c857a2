import type { z } from "zod";
import type { Connection } from "../model/connection";
import { defined } from "../model/defined";
import { type ErrorKind, messageOf, SnapshotsError } from "../model/errors";
import type { Api, Call, RawAnswer } from "./call";
import { redact } from "./redact";
import { retryAfterMs } from "./retry";
import { UnusableProxyError } from "./system-proxy";
import { BodyTooLarge, codeOf, wasNeverSent } from "./transport";

/** Returns the error kind of a status that is not a success, as far as the status alone shows. */
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

/** Whether a status proves that the request was not executed; after 408, 5xx and odd ones that is unknown. */
function wasRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** Returns the prefix of a call's messages: `[platform] operation target`. */
export function prefixOf(api: Api, call: Pick<Call<z.ZodType>, "operation" | "target">): string {
  return `[${api.connection.platform}] ${call.operation}${call.target === undefined ? "" : ` ${call.target}`}`;
}

/** Appends a clause to a message; the platform's text may end with a full stop. */
export function continued(message: string, clause: string): string {
  return `${message.replace(/\.$/, "")}; ${clause}`;
}

/** Makes the error of an answer whose status is not a success; `clocks`: the problem with a clock, if any. */
export function statusError(
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
  // Some platforms start the message with the code.
  const { code = "" } = explanation;
  const shownCode = said.toLowerCase().startsWith(code.toLowerCase()) ? "" : code;
  const text = [`HTTP ${answer.status}`, shownCode, said].filter((part) => part !== "");
  const waitMs = retryAfterMs(answer.headers["retry-after"], serverTimeMs ?? api.clock.now());
  // A wrong time alone is enough for a signed request to be refused.
  const first = clocks === undefined ? "" : `${clocks}, then `;
  const remedies: Partial<Record<ErrorKind, string>> = {
    unauthorized: `${first}${credentialRemedy(api.connection)}`,
    // Without a target there is no id that could be wrong.
    ...(call.target === undefined ? {} : { notFound: missingRemedy(api.connection) }),
    forbidden: `${first}check that the credential may do this`,
    rateLimited: "too many requests: try again later",
    unavailable: "the platform is not available now: try again later",
  };
  const remedy = remedies[kind] === undefined ? "" : ` (${remedies[kind]})`;
  return new SnapshotsError(`${prefixOf(api, call)}: ${redact(text.join(" "), api.connection.secrets)}${remedy}`, {
    kind,
    executed: wasRefused(answer.status) ? "no" : "maybe",
    status: answer.status,
    ...defined({ code: explanation.code, retryAfterMs: waitMs, requestId: explanation.requestId }),
  });
}

/** Returns the remedy for a target that doesn't exist according to the platform. */
export function missingRemedy({ name }: Connection): string {
  return `check the id, and that the account of the connection "${name}" has it`;
}

function credentialRemedy(connection: Connection): string {
  const check = `check the credential of the connection "${connection.name}"`;
  return connection.fromConfig
    ? `${check}; "pulumi refresh" and "pulumi destroy" use the one stored by the last up: if it has changed since, add --run-program`
    : check;
}

/** Makes the error of a request that got no complete answer. */
export function transportError(api: Api, call: Call<z.ZodType>, error: unknown, timeoutMs: number): SnapshotsError {
  const prefix = prefixOf(api, call);
  const code = codeOf(error);
  if (error instanceof UnusableProxyError) {
    return new SnapshotsError(`${prefix}: ${error.message}`, { kind: "invalid", cause: error });
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
