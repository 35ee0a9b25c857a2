import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

const entryName = "snapshot.txt";
const headersBytes = 30 + 46 + 22 + 2 * entryName.length;
const zeros = Buffer.alloc(64 * 1024);

/** Bytes that are generated while they are sent, so that a large download needs no memory. */
export class Content {
  readonly sizeBytes: number;

  /** @param parts in order; a number stands for that many zero bytes */
  constructor(
    private readonly parts: readonly (Buffer | number)[],
    /** Entity tag of these bytes, in quotes. */
    readonly etag: string,
  ) {
    this.sizeBytes = parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? part : part.length), 0);
  }

  /** The bytes from `start` up to `end`, in chunks. */
  *chunks(start = 0, end = this.sizeBytes): Generator<Buffer> {
    let at = 0;
    for (const part of this.parts) {
      const length = typeof part === "number" ? part : part.length;
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, length)];
      if (typeof part !== "number") {
        if (from < to) yield part.subarray(from, to);
      } else {
        for (let left = to - from; left > 0; left -= zeros.length)
          yield zeros.subarray(0, Math.min(left, zeros.length));
      }
      at += length;
    }
  }
}

const crcs = new Map<string, number>();

/** CRC of a line followed by `zeroBytes` zero bytes. */
function crcOf(line: string, zeroBytes: number): number {
  const key = `${zeroBytes} ${line}`;
  let crc = crcs.get(key);
  if (crc === undefined) {
    crc = crc32(line);
    for (let left = zeroBytes; left > 0; left -= zeros.length) {
      crc = crc32(zeros.subarray(0, Math.min(left, zeros.length)), crc);
    }
    crcs.set(key, crc);
  }
  return crc;
}

/**
 * Creates a valid zip of exactly `sizeBytes` with one stored file, whose first line is `label`, so that a download
 * proves which snapshot it holds. Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function archive(label: string, sizeBytes: number): Content {
  const line = `${label}\n`;
  const lineBytes = Buffer.byteLength(line);
  const contentBytes = Math.max(sizeBytes - headersBytes, lineBytes);
  const name = Buffer.from(entryName);

  const described = Buffer.alloc(26);
  described.writeUInt16LE(20, 0);
  described.writeUInt32LE(crcOf(line, contentBytes - lineBytes), 10);
  described.writeUInt32LE(contentBytes, 14);
  described.writeUInt32LE(contentBytes, 18);
  described.writeUInt16LE(name.length, 22);

  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), described, name]);
  const directory = Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\0"), described, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length + contentBytes, 16);
  const etag = createHash("md5").update(`${sizeBytes} ${label}`).digest("hex");
  return new Content(
    [local, Buffer.from(line), contentBytes - lineBytes, Buffer.concat([directory, end])],
    `"${etag}"`,
  );
}
