import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { type ByteSink, type Held, isRunning, type StoredFacts } from "../../provider";

/** Number of bytes in one write. */
const BATCH_BYTES = 256 * 1024;

/** Contents of the file beside a part, so that only a download of the same bytes is resumed. */
interface Note extends StoredFacts {
  readonly resourceId: string;
  readonly file: string | null;
  /** Process that writes the part. */
  readonly pid: number;
  readonly host: string;
}

/** A download on disk: `FILE.part` with its note `FILE.part.json`, until it is complete. */
export interface PartFile extends ByteSink {
  /** Bytes that an earlier download left. */
  readonly held: Held | undefined;
  /** Whether a note confirms that these bytes belong to this snapshot; without one only the archive check can. */
  readonly isNoted: boolean;
  /** Gives the part its final name. */
  finish(): Promise<void>;
  /** Removes the part, which is of no use. */
  discard(): Promise<void>;
  /** Keeps the part for the next download. */
  keep(): Promise<void>;
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}

async function readNote(file: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(file, "utf8")) as Note | null;
    return typeof note?.resourceId === "string" ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a file's part for a snapshot's bytes; throws if another process is writing it. */
export async function openPart(file: string, resourceId: string, platformName: string | undefined): Promise<PartFile> {
  const part = `${file}.part`;
  const noteFile = `${part}.json`;
  const name = platformName ?? null;
  await mkdir(path.dirname(file), { recursive: true });
  const noted = await readNote(noteFile);
  if (noted !== undefined && noted.pid !== process.pid && noted.host === hostname() && isRunning(noted.pid)) {
    throw new Error(`${part} is in use by another download, process ${noted.pid}`);
  }
  const isSame = noted?.resourceId === resourceId && noted.file === name;
  const bytes = (await sizeOf(part)) ?? 0;
  const isHeld = bytes > 0 && (noted === undefined || isSame);
  const held: Held | undefined = isHeld
    ? {
        bytes,
        totalBytes: noted?.totalBytes,
        validator: noted?.validator,
        read: () => createReadStream(part, { end: bytes - 1, highWaterMark: BATCH_BYTES }),
      }
    : undefined;

  let handle: FileHandle = await open(part, isHeld ? "a" : "w");
  let batch: Buffer[] = [];
  let batchBytes = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const note = (facts: StoredFacts): Promise<void> =>
    writeFile(noteFile, JSON.stringify({ resourceId, file: name, ...facts, pid: process.pid, host: hostname() }));
  const flush = async (): Promise<void> => {
    await writing;
    const [chunks, size] = [batch, batchBytes];
    batch = [];
    batchBytes = 0;
    if (size === 0) return;
    writing = handle.writev(chunks).then(({ bytesWritten }) => {
      if (bytesWritten !== size) throw new Error(`${part}: only ${bytesWritten} of ${size} bytes were written`);
    });
    // Whoever awaits it gets the error; this only prevents an unhandled rejection.
    writing.catch(() => undefined);
  };
  const close = async (): Promise<void> => {
    await flush();
    await writing;
    await handle.close();
  };
  await note({ totalBytes: held?.totalBytes, validator: held?.validator });
  return {
    held,
    isNoted: noted !== undefined,
    note,
    async write(chunk) {
      batch.push(chunk);
      batchBytes += chunk.length;
      if (batchBytes >= BATCH_BYTES) await flush();
    },
    async restart() {
      await close();
      handle = await open(part, "w");
    },
    async finish() {
      await close();
      await rename(part, file);
      await rm(noteFile, { force: true });
    },
    async discard() {
      await close().catch(() => undefined);
      await rm(part, { force: true });
      await rm(noteFile, { force: true });
    },
    keep: close,
  };
}
