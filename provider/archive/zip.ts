import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { inflate } from "./inflate";
import { BrokenArchive, type ByteReader } from "./reader";

const SIGNATURE = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
};
const METHOD = { stored: 0, deflated: 8 };
const FLAG = { encrypted: 1, descriptor: 8 };
const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

/** Fields that identify an entry. */
interface Named {
  readonly offset: number;
  readonly name: Buffer;
  readonly method: number;
  readonly isEncrypted: boolean;
}

/** An entry as described by its own header or by the central directory. */
interface Entry extends Named {
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

/** Whether bytes start with a zip signature, that of an empty zip included. */
export function looksLikeZip(start: Buffer): boolean {
  const signature = start.length < 4 ? 0 : start.readUInt32LE();
  return signature === SIGNATURE.local || signature === SIGNATURE.end;
}

function quoted(name: Buffer): string {
  return JSON.stringify(name.toString("utf8").slice(0, 80));
}

/**
 * A set of entries that can be compared with another one regardless of their order, in constant memory: an archive can
 * hold more entries than fit in memory.
 */
class EntrySet {
  count = 0;
  private readonly digest = Buffer.alloc(32);

  add({ name, offset, method, isEncrypted, crc, compressed, size }: Entry): void {
    this.count += 1;
    const numbers = [offset, method, isEncrypted, crc, compressed, size].join(" ");
    const own = createHash("sha256").update(`${numbers} `).update(name).digest();
    for (const [index, byte] of own.entries()) this.digest[index] = (this.digest[index] ?? 0) ^ byte;
  }

  equals(other: EntrySet): boolean {
    return this.count === other.count && this.digest.equals(other.digest);
  }
}

function uint64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BrokenArchive("states an impossible size");
  return Number(value);
}

/** Replaces the fields that are full with their zip64 values, which come in the order that the format defines. */
function widened(extra: Buffer, fields: readonly number[]): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let used = 0;
    return fields.map((field) => {
      if (field !== MAX32 || used + 8 > data.length) return field;
      used += 8;
      return uint64(data, used - 8);
    });
  }
  return [...fields];
}

/** The four forms of a data descriptor: signature and zip64 are optional, and nothing states which form it has. */
const descriptorForms = [
  { signed: true, wide: false },
  { signed: true, wide: true },
  { signed: false, wide: false },
  { signed: false, wide: true },
] as const;

/** Sizes and CRC of an entry's data as read; undefined if they can't be computed from the bytes. */
interface Seen {
  readonly compressed: number;
  readonly crc: number | undefined;
  readonly size: number | undefined;
}

/** Takes the data descriptor, in the one form that matches the data read and is followed by another signature. */
async function takeDescriptor(reader: ByteReader, what: string, seen: Seen): Promise<Omit<Entry, keyof Named>> {
  const bytes = await reader.peek(28);
  for (const { signed, wide } of descriptorForms) {
    const start = signed ? 4 : 0;
    const length = start + (wide ? 20 : 12);
    if (bytes.length < length + 2 || bytes.toString("latin1", length, length + 2) !== "PK") continue;
    if (signed && bytes.readUInt32LE() !== SIGNATURE.descriptor) continue;
    const number = (at: number): number => (wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at));
    const crc = bytes.readUInt32LE(start);
    const compressed = number(start + 4);
    const size = number(start + (wide ? 12 : 8));
    if (compressed !== seen.compressed || size !== (seen.size ?? size) || crc !== (seen.crc ?? crc)) continue;
    await reader.take(length, what);
    return { crc, compressed, size };
  }
  throw new BrokenArchive(
    bytes.length < 28 ? `ends in the middle of ${what}` : `has a data descriptor that does not fit ${what}`,
  );
}

/**
 * Reads data up to its data descriptor, the only mark of its end: the first one whose size is the number of bytes
 * before it and, if those bytes are the content itself, whose CRC matches them.
 */
async function findDescriptor(reader: ByteReader, what: string, isContent: boolean): Promise<Seen> {
  const mark = Buffer.from("PK\u0007\u0008", "latin1");
  let compressed = 0;
  let crc = 0;
  for (;;) {
    const window = await reader.peek(64 * 1024);
    const at = window.indexOf(mark);
    const isHere = at >= 0 && at + 16 <= window.length;
    // The last bytes may be the start of a descriptor: they stay for the next round.
    const before = window.subarray(0, isHere ? at : Math.max(0, window.length - 15));
    if (before.length === 0 && !isHere) throw new BrokenArchive(`ends in the middle of ${what}`);
    await reader.take(before.length, what);
    compressed += before.length;
    if (isContent) crc = crc32(before, crc);
    if (!isHere) continue;
    const saysSize = [window.readUInt32LE(at + 8), Number(window.readBigUInt64LE(at + 8))].includes(compressed);
    if (saysSize && (!isContent || window.readUInt32LE(at + 4) === crc)) {
      return isContent ? { compressed, crc, size: compressed } : { compressed, crc: undefined, size: undefined };
    }
    if (isContent) crc = crc32(await reader.take(1, what), crc);
    else await reader.take(1, what);
    compressed += 1;
  }
}

/** Reads and checks one entry with its data, from after its signature. */
async function checkEntry(reader: ByteReader, offset: number): Promise<Entry> {
  const header = await reader.take(26, "an entry's header");
  const [flags, method] = [header.readUInt16LE(2), header.readUInt16LE(4)];
  const name = await reader.take(header.readUInt16LE(22), "an entry's header");
  const extra = await reader.take(header.readUInt16LE(24), "an entry's header");
  const [saidSize = 0, saidCompressed = 0] = widened(extra, [header.readUInt32LE(18), header.readUInt32LE(14)]);
  const saidCrc = header.readUInt32LE(10);
  const what = `the entry ${quoted(name)}`;
  const hasDescriptor = (flags & FLAG.descriptor) !== 0;
  const isEncrypted = (flags & FLAG.encrypted) !== 0;
  const isUnknown = hasDescriptor && saidCompressed === 0;

  let [crc, size] = [0, 0];
  const use = (content: Buffer): void => {
    crc = crc32(content, crc);
    size += content.length;
  };
  let seen: Seen;
  if (!isEncrypted && method === METHOD.deflated && (isUnknown || saidCompressed > 0)) {
    const compressed = await inflate(reader, what, use);
    seen = { compressed, crc, size };
  } else if (isUnknown) {
    seen = await findDescriptor(reader, what, !isEncrypted && method === METHOD.stored);
  } else {
    // For an encrypted entry, or a method that Node.js lacks, bytes are only counted: the CRC is of the hidden content.
    const isContent = !isEncrypted && method === METHOD.stored;
    await reader.each(saidCompressed, what, isContent ? use : undefined);
    seen = { compressed: saidCompressed, ...(isContent ? { crc, size } : { crc: undefined, size: undefined }) };
  }
  const own = hasDescriptor
    ? await takeDescriptor(reader, what, seen)
    : { compressed: seen.compressed, crc: seen.crc ?? saidCrc, size: seen.size ?? saidSize };
  const fits = (said: number, other: number): boolean => said === other || (hasDescriptor && said === 0);
  if (!fits(saidCrc, own.crc)) throw new BrokenArchive(`has a CRC that does not match the content of ${what}`);
  if (!fits(saidSize, own.size) || !fits(saidCompressed, own.compressed)) {
    throw new BrokenArchive(`has a size that does not match the content of ${what}`);
  }
  return { offset, name, method, isEncrypted, ...own };
}

/** Reads one entry of the central directory, from after its signature. */
async function readCentral(reader: ByteReader): Promise<Entry> {
  const header = await reader.take(42, "the central directory");
  const name = await reader.take(header.readUInt16LE(24), "the central directory");
  const extra = await reader.take(header.readUInt16LE(26), "the central directory");
  await reader.each(header.readUInt16LE(28), "the central directory");
  const full = [header.readUInt32LE(20), header.readUInt32LE(16), header.readUInt32LE(38)];
  const [size = 0, compressed = 0, offset = 0] = widened(extra, full);
  return {
    offset,
    name,
    method: header.readUInt16LE(6),
    isEncrypted: (header.readUInt16LE(4) & FLAG.encrypted) !== 0,
    crc: header.readUInt32LE(12),
    compressed,
    size,
  };
}

/** Count, size and offset of the central directory, as stated at the end of an archive. */
interface Ending {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Compares a stated ending with the one read. `wide`: the zip64 record, which is exact. `full`: the older record beside
 * it, whose fields may be full. `narrow`: the older record alone, where tools without zip64 support truncate larger
 * numbers.
 */
function checkEnding(said: Ending, own: Ending, form: "wide" | "full" | "narrow"): void {
  const same = (one: number, other: number, limit: number): boolean =>
    one === other || (form === "narrow" && one === other % (limit + 1)) || (form === "full" && one === limit);
  if (!same(said.count, own.count, MAX16)) {
    throw new BrokenArchive(`states ${said.count} entries, and has ${own.count}`);
  }
  if (!same(said.size, own.size, MAX32) || !same(said.offset, own.offset, MAX32)) {
    throw new BrokenArchive("states a wrong place or size of its central directory");
  }
}

async function checkEnd64(reader: ByteReader, start: number, own: Ending): Promise<void> {
  const size = uint64(await reader.take(8, "its end"), 0);
  const record = await reader.take(44, "its end");
  if (size < 44 || size > 1024 * 1024) throw new BrokenArchive("has a broken end");
  await reader.each(size - 44, "its end");
  checkEnding({ count: uint64(record, 20), size: uint64(record, 28), offset: uint64(record, 36) }, own, "wide");
  if (uint64(record, 12) !== own.count) throw new BrokenArchive("has a broken end");
  const locator = await reader.take(20, "its end");
  if (locator.readUInt32LE() !== SIGNATURE.locator64 || uint64(locator, 8) !== start) {
    throw new BrokenArchive("has a broken end");
  }
}

/**
 * Checks a zip from its first byte to its last: the CRC and sizes of each entry (of encrypted entries, and of methods
 * that Node.js lacks, only the sizes), and that the central directory lists exactly these entries.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function checkZip(reader: ByteReader): Promise<void> {
  const [streamed, listed] = [new EntrySet(), new EntrySet()];
  let directory: number | undefined;
  for (;;) {
    const start = reader.offset;
    const signature = (await reader.take(4, "its end")).readUInt32LE();
    if (signature === SIGNATURE.local && directory === undefined) {
      streamed.add(await checkEntry(reader, start));
      continue;
    }
    directory ??= start;
    if (signature === SIGNATURE.central) {
      listed.add(await readCentral(reader));
      continue;
    }
    if (signature !== SIGNATURE.end && signature !== SIGNATURE.end64) {
      throw new BrokenArchive(`holds no entry and no directory at byte ${start}`);
    }
    if (!streamed.equals(listed)) {
      throw new BrokenArchive(
        streamed.count === listed.count
          ? "has a central directory that does not fit its entries"
          : `has a central directory of ${listed.count} entries, and holds ${streamed.count}`,
      );
    }
    const own = { count: listed.count, size: start - directory, offset: directory };
    const isWide = signature === SIGNATURE.end64;
    if (isWide) {
      await checkEnd64(reader, start, own);
      const next = await reader.take(4, "its end");
      if (next.readUInt32LE() !== SIGNATURE.end) throw new BrokenArchive("has a broken end");
    }
    const end = await reader.take(18, "its end");
    const [count, here] = [end.readUInt16LE(6), end.readUInt16LE(4)];
    const disks = [end.readUInt16LE(0), end.readUInt16LE(2)];
    if (count !== here || disks.some((disk) => disk !== 0 && disk !== MAX16))
      throw new BrokenArchive("is one part of a multi-part archive");
    checkEnding({ count, size: end.readUInt32LE(8), offset: end.readUInt32LE(12) }, own, isWide ? "full" : "narrow");
    await reader.each(end.readUInt16LE(16), "its comment");
    if ((await reader.peek(1)).length > 0) throw new BrokenArchive("has data after its end");
    return;
  }
}
