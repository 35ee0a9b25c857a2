import { BrokenArchive, type ByteReader } from "./reader";

const BLOCK = 512;
const zeroBlock = Buffer.alloc(BLOCK);
/** Names and numbers of one entry; no tool writes a longer extended header. */
const LARGEST_EXTENDED_HEADER = 1024 * 1024;
/** Links, devices, folders and pipes: no data follows them, even if their header states a size. */
const withoutData = new Set(["1", "2", "3", "4", "5", "6"]);

/** Reads a number in a header: octal text, or a binary number if the first bit is set; undefined if it is neither. */
function numberIn(block: Buffer, at: number, length: number): number | undefined {
  const field = block.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const bytes = Buffer.from(field);
    bytes[0] = (bytes[0] ?? 0) & 0x7f;
    const value = Number(BigInt(`0x${bytes.toString("hex")}`));
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = field
    .toString("latin1")
    .replace(/[\0 ]+$/, "")
    .trimStart();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : undefined;
}

function hasRightChecksum(block: Buffer): boolean {
  const stored = numberIn(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    // Some old tools sum signed characters.
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** Whether bytes start with a tar header. */
export function looksLikeTar(start: Buffer): boolean {
  if (start.length < BLOCK) return start.subarray(257, 262).toString("latin1") === "ustar";
  if (start.subarray(0, BLOCK).equals(zeroBlock)) return false;
  return start.subarray(257, 262).toString("latin1") === "ustar" || hasRightChecksum(start.subarray(0, BLOCK));
}

/** Returns the size that an extended header states for the entry after it. */
function sizeInRecords(records: Buffer): number | undefined {
  let size: number | undefined;
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(0x20, at);
    const length = Number(records.subarray(at, Math.max(space, at)).toString("latin1"));
    if (!Number.isInteger(length) || length <= space - at || at + length > records.length) {
      throw new BrokenArchive("holds a broken extended header");
    }
    const record = records.subarray(space + 1, at + length - 1).toString("utf8");
    if (record.startsWith("size=")) size = Number(record.slice(5));
    at += length;
  }
  return size;
}

function nameOf(block: Buffer): string {
  const name = block.subarray(0, 100).toString("utf8").split("\0")[0] ?? "";
  return JSON.stringify(name.slice(0, 80));
}

async function checkEnd(reader: ByteReader): Promise<void> {
  const second = await reader.peek(BLOCK);
  if (!second.equals(zeroBlock)) throw new BrokenArchive("ends without the two empty blocks of its end");
  for (let bytes = await reader.some(BLOCK * 128); bytes !== undefined; bytes = await reader.some(BLOCK * 128)) {
    if (bytes.some((byte) => byte !== 0)) throw new BrokenArchive("has data after its end");
  }
  if (reader.offset % BLOCK !== 0) throw new BrokenArchive("ends in the middle of a block");
}

/**
 * Checks a tar: the checksum of every header, that every entry is as long as its header states, and the end. A tar has
 * no checksum of its entries' content. Source: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
export async function checkTar(reader: ByteReader): Promise<void> {
  let givenSize: number | undefined;
  for (;;) {
    const start = reader.offset;
    if ((await reader.peek(1)).length === 0) throw new BrokenArchive("ends without the two empty blocks of its end");
    const block = await reader.take(BLOCK, "a header");
    if (block.equals(zeroBlock)) return checkEnd(reader);
    if (!hasRightChecksum(block)) throw new BrokenArchive(`has a header with a wrong checksum at byte ${start}`);
    const type = String.fromCharCode(block[156] ?? 0);
    const entry = `the entry ${nameOf(block)}`;
    const ownSize = numberIn(block, 124, 12);
    if (ownSize === undefined) throw new BrokenArchive(`has no readable size in the header of ${entry}`);
    if (type === "x") {
      if (ownSize > LARGEST_EXTENDED_HEADER) throw new BrokenArchive("holds an extended header that is too large");
      givenSize = sizeInRecords(await reader.take(ownSize, "an extended header"));
      await reader.each((BLOCK - (ownSize % BLOCK)) % BLOCK, "an extended header");
      continue;
    }
    // GNU sparse files have more header blocks that list holes; byte 482, then byte 504, says whether another follows.
    let hasMore = type === "S" && block[482] !== 0;
    while (hasMore) hasMore = (await reader.take(BLOCK, entry))[504] !== 0;
    const size = withoutData.has(type) ? 0 : (givenSize ?? ownSize);
    if (!Number.isSafeInteger(size) || size < 0) throw new BrokenArchive(`has no readable size for ${entry}`);
    await reader.each(Math.ceil(size / BLOCK) * BLOCK, entry);
    // A long name or a global header can stand between an extended header and its entry.
    if (!["g", "L", "K"].includes(type)) givenSize = undefined;
  }
}
