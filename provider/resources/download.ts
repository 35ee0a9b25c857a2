import { createHash, type Hash } from "node:crypto";
import { type ArchiveCheck, type ArchiveVerdict, openArchiveCheck } from "../archive";
import { type Download, openDownload } from "../http/download";
import { retryDelayMs } from "../http/retry";
import type { Clock } from "../model/clock";
import { isSnapshotsError, SnapshotsError } from "../model/errors";

/** Number of failures in a row, none with new bytes, after which a download fails. */
const MOST_FAILURES = 5;

/** Destination of downloaded bytes. */
export interface ByteSink {
  /** Writes the next bytes; resolves when it is ready for more. */
  write(chunk: Buffer): Promise<void>;
  /** Discards everything written; left out if written bytes can't be taken back. */
  restart?(): Promise<void>;
  /** Receives the store's facts about the bytes, before the first of them. */
  note?(facts: StoredFacts): Promise<void>;
}

/** Facts that a store reports about the bytes. */
export interface StoredFacts {
  /** Total size, if the store reports it. */
  readonly totalBytes?: number | undefined;
  readonly validator?: string | undefined;
}

/** Bytes from an earlier download. */
export interface Held extends StoredFacts {
  readonly bytes: number;
  /** Reads the bytes again, to check them together with the rest. */
  read(): AsyncIterable<Buffer>;
}

/** Source of a download. */
export interface ByteSource {
  /** Subject of error messages. */
  readonly subject: string;
  /** Returns a fresh link: a link may be valid for a short time only. */
  link(): Promise<string>;
  /** Whether the stored file may be an HTML page. */
  readonly mayBeHtml: boolean;
}

/** Options of a download. */
export interface DownloadOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly held?: Held | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Receives the progress whenever bytes arrive. */
  onProgress?(bytes: number, totalBytes: number | undefined): void;
  /** Receives the error before each retry. */
  onRetry?(message: string): void;
}

/** Result of a download. */
export interface Downloaded {
  readonly bytes: number;
  /** SHA-256 of all bytes, in hex. */
  readonly sha256: string;
  readonly archive: ArchiveVerdict;
}

/** Number, hash and archive check of the bytes received so far. */
class Progress {
  bytes = 0;
  private hash: Hash = createHash("sha256");
  private check: ArchiveCheck = openArchiveCheck();

  async add(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    this.hash.update(chunk);
    await this.check.write(chunk);
  }

  reset(): void {
    // Ends the old check, so that nothing keeps waiting for it.
    void this.check.end();
    this.bytes = 0;
    this.hash = createHash("sha256");
    this.check = openArchiveCheck();
  }

  async result(): Promise<Downloaded> {
    return { bytes: this.bytes, sha256: this.hash.digest("hex"), archive: await this.check.end() };
  }
}

/** Whether a store refuses the link itself, so that a fresh link may help. */
function refusesLink(error: SnapshotsError): boolean {
  return ["unauthorized", "forbidden", "notFound"].includes(error.kind) && error.status !== undefined;
}

function isOther(one: unknown, other: unknown): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/**
 * Downloads bytes to a sink, and counts, hashes and checks them as an archive on the way. Resumes with a new link if a
 * connection breaks or a link expires; starts over if the store no longer has the same bytes or can only send all of
 * them. Does not throw for a broken archive: the caller decides.
 */
export async function downloadBytes(source: ByteSource, sink: ByteSink, options: DownloadOptions): Promise<Downloaded> {
  const { clock, random, held, signal } = options;
  const progress = new Progress();
  let known: StoredFacts = { totalBytes: held?.totalBytes, validator: held?.validator };
  if (held !== undefined) for await (const chunk of held.read()) await progress.add(chunk);

  /** Starts over if the store does not continue the same bytes; returns the number of bytes to skip. */
  const begin = async (download: Download): Promise<number> => {
    const isSame = !isOther(known.totalBytes, download.totalBytes) && !isOther(known.validator, download.validator);
    if (progress.bytes === 0 || (isSame && download.start === progress.bytes)) return 0;
    if (sink.restart !== undefined) {
      await sink.restart();
      progress.reset();
      known = {};
      if (download.start === 0) return 0;
    } else if (isSame && download.start === 0 && known.validator !== undefined && download.validator !== undefined) {
      return progress.bytes;
    }
    throw new SnapshotsError(`${source.subject}: the store no longer has the bytes that were downloaded so far`, {
      kind: sink.restart === undefined ? "conflict" : "unavailable",
    });
  };

  const take = async (url: string): Promise<void> => {
    const { subject } = source;
    const start = progress.bytes;
    const download = await openDownload({ url, start, validator: known.validator, subject, clock, signal });
    try {
      if (/^text\/html\b/i.test(download.contentType) && !source.mayBeHtml) {
        const what = `${subject}: the storage host answers with an HTML page instead of the file`;
        throw new SnapshotsError(what, { kind: "unexpectedAnswer" });
      }
      let leftOut = await begin(download);
      known = { totalBytes: download.totalBytes, validator: download.validator };
      await sink.note?.(known);
      for await (const chunk of download.bytes) {
        const rest = leftOut === 0 ? chunk : chunk.subarray(Math.min(leftOut, chunk.length));
        leftOut -= chunk.length - rest.length;
        if (rest.length === 0) continue;
        await Promise.all([sink.write(rest), progress.add(rest)]);
        options.onProgress?.(progress.bytes, known.totalBytes);
      }
    } finally {
      download.close();
    }
  };

  for (let failures = 0; ; ) {
    const before = progress.bytes;
    let hasLink = false;
    try {
      const url = await source.link();
      hasLink = true;
      await take(url);
      return await progress.result();
    } catch (error) {
      signal?.throwIfAborted();
      // Requests for links were already retried; waiting for a longer outage pays off only once bytes have arrived.
      if (!isSnapshotsError(error) || (!hasLink && progress.bytes === 0)) throw error;
      failures = progress.bytes > before ? 1 : failures + 1;
      if (failures >= MOST_FAILURES) throw error;
      if (error.status === 416 && sink.restart !== undefined) {
        await sink.restart();
        progress.reset();
        known = {};
      }
      const delayMs = nextDelayMs(error, hasLink, failures, random());
      if (delayMs === undefined) throw error;
      options.onRetry?.(`${error.message}; ${progress.bytes === 0 ? "trying again" : "resuming"}`);
      if (delayMs > 0) await sleep(clock, delayMs, signal);
    }
  }
}

/** Delay before a failed download is resumed; undefined if it is not resumed. */
function nextDelayMs(error: SnapshotsError, hasLink: boolean, failures: number, random: number): number | undefined {
  const isRefused = hasLink && refusesLink(error);
  if (isRefused && failures === 1) return 0;
  // A store that refuses a fresh link, or a range that it no longer has, is retried like one that is unavailable.
  const passing = isRefused || error.status === 416;
  const asked = passing ? new SnapshotsError(error.message, { kind: "unavailable" }) : error;
  return retryDelayMs({
    attempt: failures,
    error: asked,
    elapsedMs: 0,
    readOnly: true,
    rateLimitDelayMs: 5_000,
    random,
  });
}

async function sleep(clock: Clock, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const stopped = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([clock.sleep(milliseconds), stopped]);
  signal?.throwIfAborted();
}
