import { crc32 } from "node:zlib";
import { inflate } from "./inflate";
import { BrokenArchive, type ByteReader } from "./reader";

const LONGEST_TEXT = 64 * 1024;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/** Whether bytes start with the gzip signature. */
export function looksLikeGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Takes a text that ends with a zero byte, and that byte. */
async function takeText(reader: ByteReader): Promise<Buffer> {
  for (let most = 256; most <= LONGEST_TEXT; most *= 2) {
    const bytes = await reader.peek(most);
    const end = bytes.indexOf(0);
    if (end >= 0) return reader.take(end + 1, "a header");
    if (bytes.length < most) throw new BrokenArchive("ends in the middle of a header");
  }
  throw new BrokenArchive("has a header with a text that is too long");
}

async function checkHeader(reader: ByteReader): Promise<void> {
  const parts = [await reader.take(10, "a header")];
  const [header = Buffer.alloc(0)] = parts;
  const flags = header[3] ?? 0;
  if (header[2] !== 8 || (flags & FLAG.reserved) !== 0) throw new BrokenArchive("has a header that gzip doesn't know");
  if ((flags & FLAG.extra) !== 0) {
    const length = await reader.take(2, "a header");
    parts.push(length, await reader.take(length.readUInt16LE(), "a header"));
  }
  if ((flags & FLAG.name) !== 0) parts.push(await takeText(reader));
  if ((flags & FLAG.comment) !== 0) parts.push(await takeText(reader));
  if ((flags & FLAG.headerCrc) === 0) return;
  const stored = (await reader.take(2, "a header")).readUInt16LE();
  if (stored !== (crc32(Buffer.concat(parts)) & 0xffff)) throw new BrokenArchive("has a header with a wrong CRC");
}

/**
 * Checks a gzip: the header, data, CRC and size of each member, and that nothing but zeros follows the last. Passes the
 * inflated bytes to `use`. Source: https://www.rfc-editor.org/rfc/rfc1952
 */
export async function checkGzip(reader: ByteReader, use: (output: Buffer) => Promise<void>): Promise<void> {
  do {
    await checkHeader(reader);
    let crc = 0;
    let size = 0;
    await inflate(reader, "the compressed data", (output) => {
      crc = crc32(output, crc);
      size += output.length;
      return use(output);
    });
    const trailer = await reader.take(8, "the CRC and size");
    if (trailer.readUInt32LE(0) !== crc) throw new BrokenArchive("has a CRC that does not match its content");
    if (trailer.readUInt32LE(4) !== size % 2 ** 32)
      throw new BrokenArchive("has a size that does not match its content");
  } while (looksLikeGzip(await reader.peek(2)));
  for (let bytes = await reader.some(64 * 1024); bytes !== undefined; bytes = await reader.some(64 * 1024)) {
    if (bytes.some((byte) => byte !== 0)) throw new BrokenArchive("has data after its end");
  }
}
