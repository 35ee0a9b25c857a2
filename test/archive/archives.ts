import { crc32, deflateRawSync } from "node:zlib";

/** Entry of a zip that a test builds. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
  readonly deflated: boolean;
  /** Whether sizes and CRC follow the data instead of preceding it. */
  readonly streamed: boolean;
}

/** Builds a zip; `free` has the offsets of bytes that don't affect its content: versions, flags, times, attributes. */
export function zipOf(entries: readonly ZipEntry[], comment = ""): { bytes: Buffer; free: ReadonlySet<number> } {
  const parts: Buffer[] = [];
  const free = new Set<number>();
  let offset = 0;
  const add = (part: Buffer, freeBytes: readonly number[] = []): void => {
    for (const at of freeBytes) free.add(offset + at);
    parts.push(part);
    offset += part.length;
  };
  const central = entries.map(({ name, content, deflated, streamed }) => {
    const start = offset;
    const data = deflated ? deflateRawSync(content) : content;
    const numbers = Buffer.alloc(12);
    numbers.writeUInt32LE(crc32(content), 0);
    numbers.writeUInt32LE(data.length, 4);
    numbers.writeUInt32LE(content.length, 8);
    const described = Buffer.alloc(10);
    described.writeUInt16LE(20, 0);
    described.writeUInt16LE(streamed ? 8 : 0, 2);
    described.writeUInt16LE(deflated ? 8 : 0, 4);
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(Buffer.byteLength(name), 0);
    const local = [Buffer.from("PK\u0003\u0004"), described, streamed ? Buffer.alloc(12) : numbers, lengths];
    add(Buffer.concat([...local, Buffer.from(name)]), [
      ...[4, 5, 6, 7, 10, 11, 12, 13],
      // Zeros when the numbers follow the data: a flipped bit can turn one into the correct number.
      ...(streamed ? [14, 18, 22] : []),
    ]);
    add(data, deflated ? [data.length - 1] : []);
    if (streamed) add(Buffer.concat([Buffer.from("PK\u0007\u0008"), numbers]));
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(start, 10);
    return Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\0"), described, numbers, lengths, tail, Buffer.from(name)]);
  });
  const directory = offset;
  for (const one of central) add(one, [4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 34, 35, 36, 37, 38, 39, 40, 41]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset - directory, 12);
  end.writeUInt32LE(directory, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  add(
    Buffer.concat([end, Buffer.from(comment)]),
    [...Buffer.from(comment)].map((_, index) => 22 + index),
  );
  return { bytes: Buffer.concat(parts), free };
}

/** Builds a tar of one header and its data for each entry. */
export function tarOf(entries: readonly { readonly name: string; readonly content: Buffer }[]): Buffer {
  const parts = entries.flatMap(({ name, content }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, "utf8");
    header.write("0000644\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        0", 148);
    header.write("ustar\u000000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
