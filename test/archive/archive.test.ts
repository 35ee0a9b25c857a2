import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { archive } from "../../emulator/archive";
import { type ArchiveVerdict, openArchiveCheck } from "../../provider/archive";
import { tarOf, type ZipEntry, zipOf } from "./archives";

const fixture = (name: string) => readFileSync(path.join(__dirname, "fixtures", name));

async function check(bytes: Buffer, chunkBytes = 4096): Promise<ArchiveVerdict> {
  const opened = openArchiveCheck();
  for (let at = 0; at < bytes.length; at += chunkBytes) await opened.write(bytes.subarray(at, at + chunkBytes));
  return opened.end();
}

/** Whether the check reports a problem, or another kind than the given one. */
async function isFound(bytes: Buffer, kind: string): Promise<boolean> {
  const verdict = await check(bytes);
  return verdict.problem !== undefined || verdict.kind !== kind;
}

function flipped(bytes: Buffer, at: number, bit = at % 8): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

describe("what tools write is intact, however it is cut into chunks:", () => {
  test.each([
    ["empty.zip", "zip"],
    ["info-zip.zip", "zip"],
    ["info-zip-stored.zip", "zip"],
    ["info-zip-streamed.zip", "zip"],
    ["info-zip-stdin.zip", "zip"],
    ["info-zip-comment.zip", "zip"],
    ["info-zip-encrypted.zip", "zip"],
    ["python-zip64.zip", "zip"],
    ["python-unseekable-deflated.zip", "zip"],
    ["python-unseekable-stored.zip", "zip"],
    ["python-unseekable-bzip2.zip", "zip"],
    ["python-lzma.zip", "zip"],
    ["gnu.tar", "tar"],
    ["pax.tar", "tar"],
    ["v7.tar", "tar"],
    ["ustar.tar", "tar"],
    ["gnu-long-names.tar", "tar"],
    ["pax-long-names.tar", "tar"],
    ["gnu-sparse.tar", "tar"],
    ["gnu.tar.gz", "gzip"],
    ["named.gz", "gzip"],
    ["plain.gz", "gzip"],
    ["python.gz", "gzip"],
    ["two-members.gz", "gzip"],
  ])("%s", async (name, kind) => {
    const bytes = fixture(name);
    for (const chunkBytes of [1, 2, 7, 511, 512, 4096, bytes.length]) {
      expect([chunkBytes, await check(bytes, chunkBytes)]).toEqual([chunkBytes, { kind }]);
    }
  });

  test("the emulator's archive", async () => {
    const content = archive("label", 130_000);
    const bytes = Buffer.concat([...content.chunks()]);
    expect(bytes).toHaveLength(130_000);
    expect(await check(bytes)).toEqual({ kind: "zip" });
    expect(Buffer.concat([...content.chunks(7, 99_000)])).toEqual(bytes.subarray(7, 99_000));
  });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["one byte", Buffer.from("P")],
  ["text", Buffer.from("-- MySQL dump\n".repeat(100))],
  ["zeros", Buffer.alloc(4096)],
])("%s is no archive", async (_title, bytes) => {
  expect(await check(bytes)).toEqual({ kind: "unknown" });
});

describe("every truncation is found:", () => {
  // Padding of a tar's last record after its end, which carries no data.
  const padding: Readonly<Record<string, number>> = { "v7.tar": 2048, "ustar.tar": 0, "gnu-sparse.tar": 8192 };

  test.each([
    ["empty.zip", "zip", 1],
    ["info-zip-stdin.zip", "zip", 41],
    ["info-zip-stored.zip", "zip", 101],
    ["info-zip-encrypted.zip", "zip", 61],
    ["python-zip64.zip", "zip", 1],
    ["python-unseekable-deflated.zip", "zip", 1],
    ["python-unseekable-stored.zip", "zip", 3],
    ["python-unseekable-bzip2.zip", "zip", 1],
    ["gnu.tar.gz", "gzip", 61],
    ["python.gz", "gzip", 1],
    ["v7.tar", "tar", 97],
    ["ustar.tar", "tar", 97],
    ["gnu-sparse.tar", "tar", 31],
  ])("%s", async (name, kind, step) => {
    const bytes = fixture(name);
    const last = bytes.length - 1 - (padding[name] ?? 0);
    const unseen: number[] = [];
    for (let length = last; length > 0; length -= step) {
      if (!(await isFound(bytes.subarray(0, length), kind))) unseen.push(length);
    }
    expect(unseen).toEqual([]);
  });

  test("a second member of a gzip that is missing its end", async () => {
    const bytes = fixture("two-members.gz");
    expect(await check(bytes.subarray(0, -1))).toEqual({ kind: "gzip", problem: expect.stringMatching(/^ends in/) });
  });

  test("a tar inside an intact gzip", async () => {
    const tar = tarOf([{ name: "a", content: Buffer.from("x".repeat(2000)) }]);
    expect(await check(gzipSync(tar))).toEqual({ kind: "gzip" });
    expect(await check(gzipSync(tar.subarray(0, -1024)))).toEqual({
      kind: "gzip",
      problem: "holds a tar that ends without the two empty blocks of its end",
    });
  });
});

const entry: fc.Arbitrary<ZipEntry> = fc.record({
  name: fc.stringMatching(/^[a-z]{1,8}$/),
  content: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  deflated: fc.boolean(),
  streamed: fc.boolean(),
});

describe("a zip, whatever its entries are", () => {
  const runs = { numRuns: 25 };

  test("is intact in chunks of any size", () =>
    fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 5 }), fc.nat(60), fc.string(), async (entries, size, comment) => {
        expect(await check(zipOf(entries, comment).bytes, size + 1)).toEqual({ kind: "zip" });
      }),
      { numRuns: 100 },
    ));

  test("is broken by every truncation, and by anything after its end", () =>
    fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 3 }), async (entries) => {
        const { bytes } = zipOf(entries);
        const unseen: number[] = [];
        for (let length = 1; length < bytes.length; length++) {
          if (!(await isFound(bytes.subarray(0, length), "zip"))) unseen.push(length);
        }
        expect(unseen).toEqual([]);
        expect(await isFound(Buffer.concat([bytes, Buffer.from("x")]), "zip")).toBe(true);
      }),
      runs,
    ));

  test("is broken by every flipped bit of what it says about its content, and of the content", () =>
    fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 2 }), fc.nat(7), async (entries, bit) => {
        const { bytes, free } = zipOf(entries);
        const unseen: number[] = [];
        for (let at = 0; at < bytes.length; at++) {
          if (!free.has(at) && !(await isFound(flipped(bytes, at, bit), "zip"))) unseen.push(at);
        }
        expect(unseen).toEqual([]);
      }),
      runs,
    ));
});

describe("a flipped byte is found", () => {
  test("everywhere in a gzip but in its time, its system and the mark of text", async () => {
    const bytes = gzipSync(Buffer.from("hello, hello, hello"));
    for (let at = 0; at < bytes.length; at++) {
      if (at >= 3 && at <= 9) continue;
      expect([at, await isFound(flipped(bytes, at, 0), "gzip")]).toEqual([at, true]);
    }
    expect(await isFound(flipped(bytes, 3, 7), "gzip")).toBe(true);
  });

  test("in every header of a tar, its own checksum included, and in its end", async () => {
    const bytes = tarOf([
      { name: "a", content: Buffer.from("first") },
      { name: "b", content: Buffer.from("second") },
    ]);
    const isContent = (at: number) => (at >= 512 && at < 1024) || (at >= 1536 && at < 2048);
    const unseen: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      // The checksum's leading zero and its terminators may also be spaces.
      const isSpacing = [154, 155, 1178, 1179].includes(at) || [148, 1172].includes(at);
      if (!isContent(at) && !isSpacing && !(await isFound(flipped(bytes, at, 1), "tar"))) unseen.push(at);
    }
    expect(unseen).toEqual([]);
  });

  test.each([
    ["another entry in the directory", (bytes: Buffer) => bytes.write("b.txt", bytes.lastIndexOf("a.txt"))],
    ["one entry less than its end says", (bytes: Buffer) => bytes.writeUInt16LE(2, bytes.length - 12)],
    ["a directory elsewhere", (bytes: Buffer) => bytes.writeUInt32LE(1, bytes.length - 6)],
    ["a part of several", (bytes: Buffer) => bytes.writeUInt16LE(1, bytes.length - 18)],
  ])("as %s", async (_title, change) => {
    const { bytes } = zipOf([{ name: "a.txt", content: Buffer.from("hello"), deflated: false, streamed: false }]);
    expect(await check(bytes)).toEqual({ kind: "zip" });
    change(bytes);
    expect(await check(bytes)).toEqual({ kind: "zip", problem: expect.any(String) });
  });
});

test("a problem says where it is, without what a name could do to a terminal", async () => {
  const { bytes } = zipOf([
    { name: "a\u001b[31m", content: Buffer.from("x".repeat(100)), deflated: false, streamed: false },
  ]);
  const { problem } = await check(flipped(bytes, 80));
  expect(problem).toBe('has a CRC that does not match the content of the entry "a\\u001b[31m"');
});

test("a chunk is asked for only when the one before is used up, and memory does not grow with the archive", async () => {
  const chunk = Buffer.alloc(64 * 1024);
  const opened = openArchiveCheck();
  const { bytes } = zipOf([{ name: "a", content: chunk, deflated: true, streamed: false }]);
  await opened.write(bytes);
  expect(await opened.end()).toEqual({ kind: "zip" });

  // 320 MiB of zeros in one gzip: 320 KiB that expand to more than any buffer may hold.
  const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const large = openArchiveCheck();
  const before = process.memoryUsage().rss;
  let most = before;
  for (let count = 0; count < 5; count++) {
    await large.write(member);
    most = Math.max(most, process.memoryUsage().rss);
  }
  expect(await large.end()).toEqual({ kind: "gzip" });
  expect(most - before).toBeLessThan(200 * 1024 * 1024);
}, 60_000);
