import { createInflateRaw, inflateRawSync } from "node:zlib";
import { BrokenArchive, type ByteReader } from "./reader";

/** As many compressed bytes as are given to zlib at once. */
const SLICE_BYTES = 64 * 1024;

/** What is left of a deflated part when all of it is there already: no thread has to be waited for. */
function inflateArrived(bytes: Buffer): { output: Buffer; taken: number } | undefined {
  try {
    // With `info`, zlib also tells how many bytes it has taken; the declarations don't know of it.
    const { buffer, engine } = inflateRawSync(bytes, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { output: buffer, taken: engine.bytesWritten };
  } catch {
    // Not all of it, too much to hold, or broken: the stream below says which.
    return undefined;
  }
}

/**
 * Inflates raw deflate data up to its own end, and passes on what comes out. Resolves to the number of compressed bytes;
 * throws where the data is broken or ends before.
 */
export async function inflate(
  reader: ByteReader,
  what: string,
  use: (output: Buffer) => void | Promise<void>,
): Promise<number> {
  const arrived = reader.arrived(SLICE_BYTES);
  // Less than half of a slice inflates to 32 MiB at most.
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
  // The engine's end is heard of late: what it was given past its end is put back.
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
