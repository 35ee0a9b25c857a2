import { crc32 } from "node:zlib";

const entryName = "snapshot.txt";
const headersBytes = 30 + 46 + 22 + 2 * entryName.length;

/**
 * A valid zip of exactly `sizeBytes` with one stored file, whose first line is `label`:
 * a download proves which snapshot it holds. Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function archive(label: string, sizeBytes: number): Buffer {
  const line = `${label}\n`;
  const content = Buffer.alloc(Math.max(sizeBytes - headersBytes, Buffer.byteLength(line)));
  content.write(line);
  const name = Buffer.from(entryName);

  const described = Buffer.alloc(26);
  described.writeUInt16LE(20, 0);
  described.writeUInt32LE(crc32(content), 10);
  described.writeUInt32LE(content.length, 14);
  described.writeUInt32LE(content.length, 18);
  described.writeUInt16LE(name.length, 22);

  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), described, name]);
  const directory = Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\0"), described, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length + content.length, 16);
  return Buffer.concat([local, content, directory, end]);
}
