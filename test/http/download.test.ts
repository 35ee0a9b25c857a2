import type { ServerResponse } from "node:http";
import { type Download, openDownload } from "../../provider/http/download";
import { SnapshotsError } from "../../provider/model/errors";
import { type ApiServer, type Reply, silence, startApiServer } from "./api-server";
import { fakeClock } from "./fake-clock";

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

const clock = fakeClock();
const open = (options: { start?: number; validator?: string; path?: string; signal?: AbortSignal } = {}) =>
  openDownload({
    url: `${server.url}${options.path ?? "/file?Signature=abc"}`,
    start: options.start ?? 0,
    validator: options.validator,
    subject: "[test] download",
    clock,
    signal: options.signal,
  });

async function read(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of download.bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const answer =
  (status: number, text: string, headers: Record<string, string> = {}): Reply =>
  (_request, response: ServerResponse) => {
    response.writeHead(status, headers).end(text);
  };

async function failure(attempt: Promise<unknown>): Promise<SnapshotsError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SnapshotsError);
  expect((error as Error).message).toMatch(/^\[test\] download: /);
  expect((error as Error).message).not.toContain("abc");
  return error as SnapshotsError;
}

test("brings the bytes, their number and what the store calls them", async () => {
  server.plan(answer(200, "hello", { "content-length": "5", etag: '"1"', "content-type": "application/zip" }));
  const download = await open();
  expect(download).toMatchObject({ start: 0, totalBytes: 5, validator: '"1"', contentType: "application/zip" });
  expect(await read(download)).toBe("hello");
  expect(server.arrived).toMatchObject([{ method: "GET", headers: { "accept-encoding": "identity" } }]);
  expect(server.arrived[0]?.headers).not.toHaveProperty("range");
  expect(server.arrived[0]?.headers).not.toHaveProperty("authorization");
});

test("asks for the rest of the same bytes only", async () => {
  server.plan(answer(206, "lo", { "content-range": "bytes 3-4/5", etag: '"1"' }));
  const download = await open({ start: 3, validator: '"1"' });
  expect(download).toMatchObject({ start: 3, totalBytes: 5 });
  expect(await read(download)).toBe("lo");
  expect(server.arrived[0]?.headers).toMatchObject({ range: "bytes=3-", "if-range": '"1"' });
});

test("takes the whole where a store gives it, and nothing where all is there", async () => {
  server.plan(answer(200, "hello", { "content-length": "5" }));
  expect(await open({ start: 3 })).toMatchObject({ start: 0, totalBytes: 5, validator: undefined });
  server.plan(answer(416, "", { "content-range": "bytes */5" }));
  const full = await open({ start: 5 });
  expect(full).toMatchObject({ start: 5, totalBytes: 5 });
  expect(await read(full)).toBe("");
});

test("believes a strong ETag, or else the time of the last change", async () => {
  const modified = "Sat, 21 Nov 2026 02:30:15 GMT";
  server.plan(answer(200, "", { etag: 'W/"1"', "last-modified": modified }), answer(200, "", { etag: 'W/"1"' }));
  expect((await open()).validator).toBe(modified);
  expect((await open()).validator).toBeUndefined();
});

describe("fails", () => {
  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "notFound"],
    [410, "notFound"],
    [416, "invalid"],
    [500, "unavailable"],
    [204, "unexpectedAnswer"],
  ])("on %d as %s", async (status, kind) => {
    server.plan(answer(status, ""));
    expect(await failure(open({ start: 3 }))).toMatchObject({ status, kind });
  });

  test.each([
    ["another part", answer(206, "he", { "content-range": "bytes 0-1/5" })],
    ["a part without a range", answer(206, "he")],
  ])("where a store answers %s", async (_title, reply) => {
    server.plan(reply);
    expect(await failure(open({ start: 3 }))).toMatchObject({ kind: "unexpectedAnswer" });
  });

  test("where bytes are missing at the end", async () => {
    server.plan((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("hello", () => setTimeout(() => response.destroy(), 50));
    });
    const download = await open();
    const error = await failure(read(download));
    expect(error).toMatchObject({ kind: "unavailable", executed: "maybe" });
    expect(error.message).toMatch(/the connection to 127\.0\.0\.1:\d+ broke/);
  });

  test("where nobody listens, which is known at once", async () => {
    await server.close();
    expect(await failure(open())).toMatchObject({ kind: "unavailable", executed: "no" });
    server = await startApiServer();
  });

  test("where a store never answers, or stops in the middle", async () => {
    server.plan(silence);
    const opening = failure(open());
    while (server.arrived.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.timeOut();
    expect(await opening).toMatchObject({ kind: "timeout" });

    server.plan((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("hello");
    });
    const download = await open();
    const reading = failure(read(download));
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.timeOut();
    const error = await reading;
    expect(error).toMatchObject({ kind: "timeout" });
    expect(error.message).toMatch(/sent nothing for 60 s$/);
  });

  test("not where the reader takes its time", async () => {
    server.plan(answer(200, "hello", { "content-length": "5" }));
    const download = await open();
    clock.timeOut();
    expect(await read(download)).toBe("hello");
  });

  test("when it is told to stop", async () => {
    server.plan(silence);
    const aborter = new AbortController();
    const opening = open({ signal: aborter.signal });
    aborter.abort(new Error("stopped"));
    await expect(opening).rejects.toThrow();
  });
});

describe("a redirect", () => {
  const to = (location: string | undefined): Reply => answer(302, "", location === undefined ? {} : { location });

  test("is followed on this machine, a few times, and keeps the range", async () => {
    server.plan(to("/second"), to(`${server.url}/third`), answer(206, "lo", { "content-range": "bytes 3-4/5" }));
    expect(await read(await open({ start: 3 }))).toBe("lo");
    expect(server.arrived.map(({ url, headers }) => [url, headers.range])).toEqual([
      ["/file?Signature=abc", "bytes=3-"],
      ["/second", "bytes=3-"],
      ["/third", "bytes=3-"],
    ]);
  });

  test.each([
    ["out of https", "http://example.org/file", /redirects to example\.org without https, which is not followed/],
    ["to another protocol", "ftp://example.org/file", /without https/],
    ["nowhere", undefined, /redirects without an address/],
    ["for ever", "/file?Signature=abc", /redirects too often/],
  ])("is refused %s", async (_title, location, message) => {
    server.plan(to(location));
    const error = await failure(open());
    expect(error.kind).toBe("unexpectedAnswer");
    expect(error.message).toMatch(message);
  });
});

test.each([
  ["http://example.org/file", /leads to example\.org without https/],
  ["ftp://example.org/file", /without https/],
  ["nonsense", /the link is not a URL/],
])("refuses the link %s, before any request", async (url, message) => {
  const opening = openDownload({ url, start: 0, subject: "[test] download", clock });
  expect((await failure(opening)).message).toMatch(message);
});
