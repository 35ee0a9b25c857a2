import { checkGzip, looksLikeGzip } from "./gzip";
import { BrokenArchive, ByteReader, Handover } from "./reader";
import { checkTar, looksLikeTar } from "./tar";
import { checkZip, looksLikeZip } from "./zip";

/** What an archive is, by its first bytes; `unknown` has no structure that could be checked. */
export type ArchiveKind = "zip" | "tar" | "gzip" | "unknown";

/** What a check has found. */
export interface ArchiveVerdict {
  readonly kind: ArchiveKind;
  /** What is wrong, as a sentence without its subject; undefined where nothing is. */
  readonly problem?: string;
}

/** A check of bytes that stream by: it keeps none of them. */
export interface ArchiveCheck {
  /** Takes the next bytes; resolves when it is ready for more. */
  write(chunk: Buffer): Promise<void>;
  /** Says that these were all; resolves to what was found. */
  end(): Promise<ArchiveVerdict>;
}

/** The bytes that tell one kind of archive from another. */
const START_BYTES = 512;

async function judge(kind: ArchiveKind, check: () => Promise<void>): Promise<ArchiveVerdict> {
  try {
    await check();
    return { kind };
  } catch (error) {
    if (error instanceof BrokenArchive) return { kind, problem: error.message };
    throw error;
  }
}

/** Checks what a gzip holds, where that is a tar. */
function openTarCheck(): ArchiveCheck {
  return openCheck(async (reader) => {
    const start = await reader.peek(START_BYTES);
    return looksLikeTar(start) ? judge("tar", () => checkTar(reader)) : { kind: "unknown" };
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
  // What is inside is cut short where the gzip is: that tells nothing more.
  const { problem } = await inner.end();
  if (failure !== undefined) throw failure;
  if (problem !== undefined) throw new BrokenArchive(`holds a tar that ${problem}`);
}

async function checkAny(reader: ByteReader): Promise<ArchiveVerdict> {
  const start = await reader.peek(START_BYTES);
  if (looksLikeZip(start)) return judge("zip", () => checkZip(reader));
  if (looksLikeGzip(start)) return judge("gzip", () => checkGzipAndTar(reader));
  if (looksLikeTar(start)) return judge("tar", () => checkTar(reader));
  return { kind: "unknown" };
}

function openCheck(check: (reader: ByteReader) => Promise<ArchiveVerdict>): ArchiveCheck {
  const handover = new Handover();
  const verdict = check(new ByteReader(handover)).finally(() => handover.close());
  // Told by `end`; until then nobody listens.
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
 * Opens a check of bytes that are, or are not, a zip, a gzip or a tar: whatever an archive says of itself is held against
 * what streams by. Memory use does not grow with its size.
 */
export function openArchiveCheck(): ArchiveCheck {
  return openCheck(checkAny);
}
