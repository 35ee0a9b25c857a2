import { checkGzip, looksLikeGzip } from "./gzip";
import { BrokenArchive, ByteReader, Handover } from "./reader";
import { checkTar, looksLikeTar } from "./tar";
import { checkZip, looksLikeZip } from "./zip";

/** Format of an archive, detected from its first bytes; `unknown` has no structure to check. */
export type ArchiveKind = "zip" | "tar" | "gzip" | "unknown";

/** Result of a check. */
export interface ArchiveVerdict {
  readonly kind: ArchiveKind;
  /** Problem found, as a sentence without its subject; undefined if the archive is intact or of an unknown kind. */
  readonly problem?: string;
}

/** A check of a stream of bytes, none of which it keeps. */
export interface ArchiveCheck {
  /** Takes the next bytes; resolves when it is ready for more. */
  write(chunk: Buffer): Promise<void>;
  /** Ends the input; resolves to the result. */
  end(): Promise<ArchiveVerdict>;
}

/** Number of leading bytes that identify the kind of archive. */
const START_BYTES = 512;

async function verdictOf(kind: ArchiveKind, check: () => Promise<void>): Promise<ArchiveVerdict> {
  try {
    await check();
    return { kind };
  } catch (error) {
    if (error instanceof BrokenArchive) return { kind, problem: error.message };
    throw error;
  }
}

/** Opens a check of the content of a gzip, if that is a tar. */
function openTarCheck(): ArchiveCheck {
  return openCheck(async (reader) => {
    const start = await reader.peek(START_BYTES);
    return looksLikeTar(start) ? verdictOf("tar", () => checkTar(reader)) : { kind: "unknown" };
  });
}

async function checkGzipAndTar(reader: ByteReader): Promise<void> {
  const inner = openTarCheck();
  let failure: unknown;
  try {
    await checkGzip(reader, (output) => inner.write(output));
  } catch (error) {
    failure = error;
  }
  // If the gzip is broken, the tar inside is cut short too: only the gzip's own problem counts.
  const { problem } = await inner.end();
  if (failure !== undefined) throw failure;
  if (problem !== undefined) throw new BrokenArchive(`holds a tar that ${problem}`);
}

async function checkAny(reader: ByteReader): Promise<ArchiveVerdict> {
  const start = await reader.peek(START_BYTES);
  if (looksLikeZip(start)) return verdictOf("zip", () => checkZip(reader));
  if (looksLikeGzip(start)) return verdictOf("gzip", () => checkGzipAndTar(reader));
  if (looksLikeTar(start)) return verdictOf("tar", () => checkTar(reader));
  return { kind: "unknown" };
}

function openCheck(check: (reader: ByteReader) => Promise<ArchiveVerdict>): ArchiveCheck {
  const handover = new Handover();
  const verdict = check(new ByteReader(handover)).finally(() => handover.close());
  // `end` returns this promise; until then no handler is attached, and a rejection would be unhandled.
  verdict.catch(() => undefined);
  return {
    write: (chunk) => (chunk.length === 0 ? Promise.resolve() : handover.write(chunk)),
    end() {
      handover.end();
      return verdict;
    },
  };
}

/**
 * Opens a check of bytes that may be a zip, a gzip or a tar: everything that an archive states about its content is
 * compared with the bytes that arrive. Memory use does not grow with the size of the archive.
 */
export function openArchiveCheck(): ArchiveCheck {
  return openCheck(checkAny);
}
