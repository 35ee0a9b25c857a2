import { createInflateRaw, inflateRawSync } from "node:zlib";
import { BrokenArchive, type ByteReader } from "./reader";

/** Largest number of compressed bytes given to zlib in one call. */
const SLICE_BYTES = 64 * 1024;

/** Inflates data that has arrived completely, synchronously: faster than a round trip through zlib's threads. */
function inflateArrived(bytes: Buffer): { output: Buffer; taken: number } | undefined {
  try {
    // With `info`, zlib also returns how many bytes it consumed; the type declarations lack this.
    const { buffer, engine } = inflateRawSync(bytes, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { output: buffer, taken: engine.bytesWritten };
  } catch {
    // Incomplete, too large for memory, or broken: the stream below finds out which.
    return undefined;
  }
}

/**
 * Inflates raw deflate data up to its own end and passes the output to `use`. Resolves to the number of compressed
 * bytes; throws if the data is broken or incomplete.
 */
export async function inflate(
  reader: ByteReader,
  what: string,
  use: (output: Buffer) => void | Promise<void>,
): Promise<number> {
  const arrived = reader.arrived(SLICE_BYTES);
  // Half a slice inflates to about 32 MiB at most.
  const whole = inflateArrived(arrived.subarray(0, SLICE_BYTES / 2));
  if (whole !== undefined) {
    await reader.take(whole.taken, what);
    await use(whole.output);
    return whole.taken;
  }

  const engine = createInflateRaw({ chunkSize: SLICE_BYTES });
  let failure: unknown;
  let hasEnded = false;
  const ended = (async () => {
    try {
      for await (const output of engine as AsyncIterable<Buffer>) await use(output);
    } catch (error) {
      failure = error;
    }
    hasEnded = true;
  })();
  // The engine reports its end late: bytes written to it past that end are put back.
  let given: Buffer[] = [];
  let used = 0;
  while (!hasEnded) {
    const bytes = await reader.some(SLICE_BYTES);
    if (bytes === undefined) {
      engine.end();
      await ended;
      break;
    }
    given.push(bytes);
    await Promise.race([new Promise<void>((resolve) => engine.write(bytes, () => resolve())), ended]);
    for (let first = given[0]; first !== undefined && used + first.length <= engine.bytesWritten; first = given[0]) {
      used += first.length;
      given = given.slice(1);
    }
  }
  if (failure instanceof BrokenArchive) throw failure;
  if ((failure as { code?: unknown } | undefined)?.code === "Z_BUF_ERROR") {
    throw new BrokenArchive(`ends in the middle of ${what}`);
  }
  if (failure !== undefined) throw new BrokenArchive(`holds broken data in ${what}`);
  const taken = engine.bytesWritten;
  reader.putBack(Buffer.concat(given).subarray(taken - used));
  return taken;
}
