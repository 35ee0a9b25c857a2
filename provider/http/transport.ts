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
/** User agent of this package. */
export const USER_AGENT = `pulumi-snapshots/${VERSION} (node ${process.versions.node})`;

/** Loads the HTTP client, with the first request: many commands send none. */
export const undici = () => require("undici") as typeof import("undici");

/** Opens connections through the environment's proxy, unless it names none or excludes the address. */
function proxyAgent(options: Agent.Options, tls: { readonly rejectUnauthorized: boolean }): Dispatcher {
  const proxy = systemProxy();
  try {
    return new (undici().EnvHttpProxyAgent)({
      ...options,
      requestTls: tls,
      proxyTls: tls,
      httpsProxy: proxy?.url ?? "",
      // If left out, undici would also read the variables for http, and throw on a value that no request here uses.
      httpProxy: "",
    });
  } catch (error) {
    throw proxy === undefined ? error : new UnusableProxyError(proxy);
  }
}

// The proxy variables are read once, when the first request is sent.
const dispatchers = new Map<string, Dispatcher>();

/** Returns the connections to an address, through the environment's proxy if that applies. */
export function dispatcherFor(url: URL, changes: boolean): Dispatcher {
  // A loopback address is this machine itself: no proxy can reach it for us.
  const isDirect = isLoopbackHost(url.hostname);
  const key = `${isDirect} ${changes}`;
  let dispatcher = dispatchers.get(key);
  if (dispatcher === undefined) {
    // Set explicitly, since NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise turn it off.
    const tls = { rejectUnauthorized: true };
    const options = { connect: { timeout: CONNECT_TIMEOUT_MS, ...tls } };
    dispatcher = isDirect ? new (undici().Agent)(options) : proxyAgent(options, tls);
    dispatchers.set(key, dispatcher);
  }
  return dispatcher;
}

/** Returns the code of a network error; empty if it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** Whether a request certainly was not sent: name lookup, connection, certificate check or proxy tunnel failed. */
export function wasNeverSent(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(wasNeverSent);
  const code = codeOf(error);
  // EHOSTUNREACH can also end a connection after the request was sent: only the failed system call tells them apart.
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

/** Error for an answer whose body is far larger than any documented one. */
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
    // On a kept-alive connection that the server is just closing, it would be unknown whether a change was executed:
    // each change gets a connection of its own.
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
