"use strict";
// Host of one snapshot for the download benchmark: a process that is forked with the size in MiB, sends its port, and
// answers like Discloud's API and its storage host.

const { randomBytes } = require("node:crypto");
const http = require("node:http");
const { crc32 } = require("node:zlib");

const ENTRY_BYTES = 64 * 1024 * 1024;
const LOCAL_HEADER_BYTES = 30;

/**
 * Creates a zip of stored entries with the same random bytes, which resemble an app's compressed files.
 *
 * @param {number} mebibytes
 * @returns {Buffer[]} Its parts, in order.
 */
function zipOf(mebibytes) {
  const content = randomBytes(ENTRY_BYTES);
  const checksum = crc32(content);
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (let index = 0; index * ENTRY_BYTES < mebibytes * 1024 * 1024; index++) {
    const name = Buffer.from(`part-${index}`);
    // Fields common to a local header and a directory entry: version, flags, method, time, CRC, sizes, lengths.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(checksum, 10);
    common.writeUInt32LE(ENTRY_BYTES, 14);
    common.writeUInt32LE(ENTRY_BYTES, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, name]), content);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, place, name);
    offset += LOCAL_HEADER_BYTES + name.length + ENTRY_BYTES;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(parts.length / 2, 8);
  end.writeUInt16LE(parts.length / 2, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return [...parts, entries, end];
}

const parts = zipOf(Number(process.argv[2]));
const size = parts.reduce((sum, part) => sum + part.length, 0);

const server = http.createServer(async (request, response) => {
  if (request.url !== "/archive.zip") {
    const url = `http://${request.headers.host}/archive.zip`;
    const versions = [{ version: "20261121-030000", size: `${size}` }];
    const answer = request.url?.includes("/versions/") ? { download: { url } } : { versions };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "ok", message: "", ...answer }));
    return;
  }
  response.writeHead(200, { "content-type": "application/zip", "content-length": size });
  for (const part of parts) {
    if (!response.write(part)) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : undefined);
});
process.on("disconnect", () => process.exit());
