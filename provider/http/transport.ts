import type { Agent, Dispatcher } from "undici";
import type { Clock } from "../model/clock";
import { isLoopbackHost } from "../model/connection";
import { defined } from "../model/defined";
import { messageOf } from "../model/errors";
import { VERSION } from "../model/version";
import type { RawAnswer } from "./call";
import { systemProxy, UnusableProxyError } from "./system-proxy";

const LARGEST_BODY_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
/** What this package calls itself. */
export const USER_AGENT = `pulumi-snapshots/${VERSION} (node ${process.versions.node})`;

/** The HTTP client, loaded with the first request: many a command sends none. */
export const undici = () => require("undici") as typeof import("undici");

/** Requests through the proxy that the environment names, where it names one and doesn't except the address. */
function proxyAgent(options: Agent.Options, tls: { readonly rejectUnauthorized: boolean }): Dispatcher {
  const proxy = systemProxy();
  try {
    return new (undici().EnvHttpProxyAgent)({
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
    dispatcher = isDirect ? new (undici().Agent)(options) : proxyAgent(options, tls);
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

/** An answer with a body that no documented one comes near. */
export class BodyTooLarge extends Error {}

/** Sends one request and reads its whole answer. */
export async function send(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  timeoutMs: number,
  changes: boolean,
  clock: Clock,
): Promise<RawAnswer> {
  const signal = clock.timeout(timeoutMs);
  const answer = await undici().request(url, {
    method: method as Dispatcher.HttpMethod,
    headers: {
      accept: "application/json",
      "user-agent": USER_AGENT,
      ...defined({ "content-type": body === undefined ? undefined : "application/json" }),
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
