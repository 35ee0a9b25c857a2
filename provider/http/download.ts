import type { Dispatcher } from "undici";
import type { Clock } from "../model/clock";
import { isLoopbackHost } from "../model/connection";
import { messageOf, SnapshotsError } from "../model/errors";
import { kindOfStatus } from "./failures";
import { redact } from "./redact";
import { codeOf, dispatcherFor, USER_AGENT, undici, wasNeverSent } from "./transport";

/** Longest silence of a store, in milliseconds: no answer, or no further byte of one. */
const IDLE_MS = 60_000;
const MOST_REDIRECTS = 5;

/** A link to download, and the offset to start at. */
export interface DownloadRequest {
  /** The link: a bearer secret, never shown. */
  readonly url: string;
  /** Number of bytes already downloaded. */
  readonly start: number;
  /** Validator of these bytes from an earlier answer: if the content has changed, the store sends the whole. */
  readonly validator?: string | undefined;
  /** Prefix of error messages: `[discloud] download app 1745… version …`. */
  readonly subject: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** A download in progress. */
export interface Download {
  /** Offset of the first byte: the requested one, or 0 if the store sends the whole. */
  readonly start: number;
  /** Size of the whole, if the store states it. */
  readonly totalBytes: number | undefined;
  /** Validator of the bytes: their strong ETag, else their `Last-Modified`. */
  readonly validator: string | undefined;
  readonly contentType: string;
  /** The bytes, each chunk on demand; throws if they end early. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Closes the connection; a second call does nothing. */
  close(): void;
}

function fail(subject: string, what: string, facts: ConstructorParameters<typeof SnapshotsError>[1]): SnapshotsError {
  return new SnapshotsError(`${subject}: ${what}`, facts);
}

/** Reports a store that is silent for too long, counting only the time inside `whileWaiting`. */
function watchSilence(clock: Clock, onSilence: (error: Error) => void) {
  let waitingSinceMs: number | undefined;
  let isOver = false;
  const arm = (milliseconds: number): void => {
    const alarm = clock.timeout(milliseconds);
    alarm.addEventListener(
      "abort",
      () => {
        if (isOver) return;
        const silentMs = waitingSinceMs === undefined ? 0 : clock.now() - waitingSinceMs;
        if (silentMs >= IDLE_MS) onSilence(new DOMException("the store is silent", "TimeoutError"));
        else arm(IDLE_MS - silentMs);
      },
      { once: true },
    );
  };
  arm(IDLE_MS);
  return {
    async whileWaiting<T>(what: Promise<T>): Promise<T> {
      waitingSinceMs = clock.now();
      try {
        return await what;
      } finally {
        waitingSinceMs = undefined;
      }
    },
    end(): void {
      isOver = true;
    },
  };
}

function transportError(subject: string, url: URL, error: unknown): SnapshotsError {
  const name = (error as { name?: unknown } | undefined)?.name;
  if (name === "TimeoutError") {
    return fail(subject, `${url.host} sent nothing for ${IDLE_MS / 1000} s`, { kind: "timeout", cause: error });
  }
  const never = wasNeverSent(error);
  const code = codeOf(error);
  const why = redact(code === "" ? messageOf(error) : code, [url.search.slice(1)]);
  const what = never ? `can't connect to ${url.host}` : `the connection to ${url.host} broke`;
  return fail(subject, `${what} (${why})`, { kind: "unavailable", executed: never ? "no" : "maybe", cause: error });
}

/** Returns the target of a redirect: any https address, or http from this machine to itself; never a downgrade. */
function redirected(subject: string, from: URL, location: string | undefined): URL {
  const facts = { kind: "unexpectedAnswer" } as const;
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw fail(subject, `${from.host} redirects without an address`, facts);
  }
  const to = new URL(location, from);
  const isLocal = to.protocol === "http:" && isLoopbackHost(to.hostname) && isLoopbackHost(from.hostname);
  if (to.protocol === "https:" || isLocal) return to;
  throw fail(subject, `${from.host} redirects to ${to.host} without https, which is not followed`, facts);
}

interface Range {
  readonly start: number;
  readonly totalBytes: number | undefined;
}

function rangeOf(status: number, header: (name: string) => string | undefined): Range | undefined {
  if (status !== 206) {
    const length = header("content-length");
    return { start: 0, totalBytes: length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined };
  }
  const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(header("content-range")?.trim() ?? "") ?? [];
  if (start === undefined || total === undefined) return undefined;
  return { start: Number(start), totalBytes: total === "*" ? undefined : Number(total) };
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** Returns the validator for `If-Range`: only a strong ETag proves that bytes are the same. */
function validatorOf(header: (name: string) => string | undefined): string | undefined {
  const etag = header("etag")?.trim();
  return etag?.startsWith('"') ? etag : header("last-modified")?.trim();
}

/**
 * Starts a download: a GET with no credential but the link itself, from `start` on if the store supports it. Redirects
 * are followed within https. Nothing is retried here; every failure is a {@link SnapshotsError}, of kind `forbidden` or
 * `notFound` if the store refuses the link.
 */
export async function openDownload(asked: DownloadRequest): Promise<Download> {
  const { subject, clock, start, validator } = asked;
  const aborter = new AbortController();
  const watch = watchSilence(clock, (error) => aborter.abort(error));
  const signal = asked.signal === undefined ? aborter.signal : AbortSignal.any([aborter.signal, asked.signal]);
  const close = (): void => {
    watch.end();
    if (!aborter.signal.aborted) aborter.abort();
  };
  if (!URL.canParse(asked.url)) throw fail(subject, "the link is not a URL", { kind: "unexpectedAnswer" });
  let url = new URL(asked.url);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackHost(url.hostname))) {
    throw fail(subject, `the link leads to ${url.host} without https`, { kind: "unexpectedAnswer" });
  }

  let answer: Dispatcher.ResponseData;
  for (let redirects = 0; ; redirects++) {
    try {
      answer = await watch.whileWaiting(
        undici().request(url, {
          method: "GET",
          headers: {
            accept: "*/*",
            // The bytes as stored: these are counted and hashed.
            "accept-encoding": "identity",
            "user-agent": USER_AGENT,
            ...(start === 0 ? {} : { range: `bytes=${start}-` }),
            ...(start === 0 || validator === undefined ? {} : { "if-range": validator }),
          },
          signal,
          headersTimeout: 0,
          bodyTimeout: 0,
          dispatcher: dispatcherFor(url, false),
        }),
      );
    } catch (error) {
      close();
      throw transportError(subject, url, error);
    }
    if (![301, 302, 303, 307, 308].includes(answer.statusCode)) break;
    answer.body.on("error", () => undefined).destroy();
    const { location } = answer.headers;
    if (redirects === MOST_REDIRECTS) {
      close();
      throw fail(subject, `${url.host} redirects too often`, { kind: "unexpectedAnswer" });
    }
    url = redirected(subject, url, Array.isArray(location) ? location[0] : location);
  }

  const { statusCode: status, headers, body } = answer;
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const refuse = (what: string, facts: ConstructorParameters<typeof SnapshotsError>[1]): SnapshotsError => {
    body.on("error", () => undefined);
    close();
    return fail(subject, what, { status, ...facts });
  };
  const end = /^bytes \*\/(\d+)$/i.exec(header("content-range")?.trim() ?? "")?.[1];
  if (status === 416 && start > 0 && Number(end) === start) {
    refuse("", { kind: "invalid" });
    return { start, totalBytes: start, validator: validatorOf(header), contentType: "", bytes: nothing(), close };
  }
  if (status !== 200 && status !== 206) {
    const kind = status < 300 ? "unexpectedAnswer" : kindOfStatus(status);
    throw refuse(`${url.host} answers HTTP ${status}`, { kind });
  }
  const range = rangeOf(status, header);
  if (range === undefined || (status === 206 && range.start !== start)) {
    throw refuse(`${url.host} sends a different part than was requested`, { kind: "unexpectedAnswer" });
  }

  async function* bytes(): AsyncGenerator<Buffer> {
    let arrived = range?.start ?? 0;
    const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await watch.whileWaiting(chunks.next());
        if (done) break;
        arrived += value.length;
        yield value;
      }
    } catch (error) {
      throw transportError(subject, url, aborter.signal.aborted ? aborter.signal.reason : error);
    } finally {
      close();
    }
    if (range?.totalBytes === undefined || arrived === range.totalBytes) return;
    const what = `${url.host} sent ${arrived} of ${range.totalBytes} bytes`;
    throw fail(subject, what, { kind: "unavailable" });
  }
  return {
    ...range,
    validator: validatorOf(header),
    contentType: header("content-type") ?? "",
    bytes: bytes(),
    close,
  };
}
