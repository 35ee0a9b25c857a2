import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { type Api, type Call, callApi, type Explanation } from "../../provider/http/client";
import { createLimiter } from "../../provider/http/limiter";
import type { ErrorKind } from "../../provider/model/errors";
import { SnapshotsError } from "../../provider/model/errors";
import { VERSION } from "../../provider/model/version";
import { type ApiServer, cut, gatewayPage, type Reply, reset, silence, startApiServer } from "./api-server";
import { type FakeClock, fakeClock } from "./fake-clock";

const TOKEN = "t0ken-that-nobody-may-see";
const errorBody = z.object({ message: z.string().optional(), code: z.string().optional() });
const expect200 = z.object({ count: z.number() });
type Counted = Call<typeof expect200>;
const READ: Counted = { operation: "count", target: "app 1", method: "GET", path: "/count", expect: expect200 };
const CHANGE: Counted = { ...READ, operation: "add to", method: "POST", body: { more: 1 } };

let server: ApiServer;
let clock: FakeClock;
let announced: string[];

beforeEach(async () => {
  server = await startApiServer();
  clock = fakeClock();
  announced = [];
});
afterEach(() => server.close());

function api(overrides: Partial<Api> = {}): Api {
  return {
    connection: { name: "discloud", platform: "discloud", fields: {}, secrets: [TOKEN], fromConfig: false },
    baseUrl: server.url,
    clock,
    random: () => 0.5,
    limiter: createLimiter(clock, 0),
    headers: () => ({ "api-token": TOKEN }),
    explain(_answer, json): Explanation {
      const body = errorBody.safeParse(json);
      return { message: body.data?.message, code: body.data?.code };
    },
    rateLimitDelayMs: 10_000,
    ...overrides,
  };
}

function call(given: Counted, timeoutMs = 300_000, overrides: Partial<Api> = {}) {
  return callApi(api(overrides), given, {
    deadlineMs: clock.now() + timeoutMs,
    announce: (message) => announced.push(message),
  });
}

async function failure(given: Counted, timeoutMs?: number, overrides?: Partial<Api>): Promise<SnapshotsError> {
  const error = await call(given, timeoutMs, overrides).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SnapshotsError)) throw new Error(`not refused by kind: ${String(error)}`);
  return error;
}

const run = promisify(execFile);

/** Sends one POST in its own process, since the environment is read once; returns the result. */
async function post(baseUrl: string, environment: Record<string, string>) {
  const clientFile = join(__dirname, "..", "..", "dist", "provider", "http", "client.js");
  const limiterFile = join(__dirname, "..", "..", "dist", "provider", "http", "limiter.js");
  const program = `
    const { z } = require("zod");
    const { callApi } = require(${JSON.stringify(clientFile)});
    const { createLimiter } = require(${JSON.stringify(limiterFile)});
    let nowMs = Date.now();
    const timeout = (ms) => AbortSignal.timeout(ms);
      const clock = { now: () => nowMs, sleep: async (ms) => { nowMs += ms; }, timeout };
    const api = {
      connection: { name: "discloud", platform: "discloud", fields: {}, secrets: ["t0ken"], fromConfig: false },
      baseUrl: ${JSON.stringify(baseUrl)}, clock, random: () => 0.5, limiter: createLimiter(clock, 0),
      headers: () => ({ "api-token": "t0ken" }), explain: () => ({}), rateLimitDelayMs: 0,
    };
    const call = { operation: "add", method: "POST", path: "/count", expect: z.object({ count: z.number() }) };
    callApi(api, call, { deadlineMs: nowMs + 60_000, announce() {} }).then(
      ({ data }) => console.log(JSON.stringify(data)),
      ({ kind, executed, message }) => console.log(JSON.stringify({ kind, executed, message })),
    );`;
  const {
    HTTP_PROXY: _1,
    HTTPS_PROXY: _2,
    NO_PROXY: _3,
    http_proxy: _4,
    https_proxy: _5,
    no_proxy: _6,
    ...clean
  } = process.env;
  const { stdout } = await run(process.execPath, ["-e", program], {
    cwd: join(__dirname, "..", ".."),
    env: { ...clean, ...environment },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const good: Reply = { status: 200, body: { count: 3 }, headers: { date: "Sat, 21 Nov 2026 02:30:15 GMT" } };

describe("a request", () => {
  it("carries the credential, the version, and JSON", async () => {
    server.plan(good);
    const answer = await call({ ...CHANGE, query: { page: 1, name: "a b&c" } });
    expect(answer).toEqual({ data: { count: 3 }, status: 200, serverTimeMs: Date.UTC(2026, 10, 21, 2, 30, 15) });
    expect(server.arrived).toHaveLength(1);
    expect(server.arrived[0]).toMatchObject({ method: "POST", body: '{"more":1}' });
    expect(new URL(server.arrived[0]?.url ?? "", server.url).searchParams.get("name")).toBe("a b&c");
    expect(server.arrived[0]?.headers).toMatchObject({
      "api-token": TOKEN,
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": expect.stringContaining(`pulumi-snapshots/${VERSION} `),
    });
  });

  it("that changes something leaves on a connection of its own, which nobody can have closed meanwhile", async () => {
    server.plan(good);
    for (const given of [READ, READ, CHANGE, READ, CHANGE]) {
      await call(given);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ports = server.arrived.map(({ port }) => port);
    expect(ports[1]).toBe(ports[0]);
    expect(ports[3]).toBe(ports[0]);
    for (const [index, { method }] of server.arrived.entries()) {
      if (method === "POST") expect(ports.slice(0, index)).not.toContain(ports[index]);
    }
  });

  it("without a body says nothing of one", async () => {
    server.plan(good);
    await call(READ);
    expect(server.arrived[0]?.headers["content-type"]).toBeUndefined();
    expect(server.arrived[0]?.body).toBe("");
  });
});

describe("a failure becomes one error by kind", () => {
  it.each<[string, Reply, ErrorKind, "no" | "maybe", RegExp]>([
    ["400", { status: 400, body: { message: "Invalid App ID" } }, "invalid", "no", /HTTP 400 Invalid App ID/],
    [
      "401",
      { status: 401, body: { message: "Block" } },
      "unauthorized",
      "no",
      /HTTP 401 Block .*credential of the connection "discloud"/,
    ],
    ["402", { status: 402, body: { code: "UPGRADE_REQUIRED" } }, "quota", "no", /HTTP 402 UPGRADE_REQUIRED/],
    [
      "403 with HTML",
      { status: 403, body: gatewayPage },
      "forbidden",
      "no",
      /HTTP 403 with an answer that is not JSON .*may do this/,
    ],
    ["404", { status: 404, body: { message: "App not found" } }, "notFound", "no", /HTTP 404 App not found/],
    ["408", { status: 408 }, "unavailable", "maybe", /HTTP 408/],
    ["413", { status: 413, body: {} }, "invalid", "no", /HTTP 413/],
    ["500", { status: 500, body: { message: "oops" } }, "unavailable", "maybe", /HTTP 500 oops/],
    [
      "502 with HTML",
      { status: 502, body: gatewayPage },
      "unavailable",
      "maybe",
      /HTTP 502 with an answer that is not JSON/,
    ],
    ["200 with nothing", { status: 200 }, "unexpectedAnswer", "maybe", /HTTP 200 with an empty answer/],
    ["204", { status: 204 }, "unexpectedAnswer", "maybe", /HTTP 204 with an empty answer/],
    [
      "200 with HTML",
      { status: 200, body: gatewayPage },
      "unexpectedAnswer",
      "maybe",
      /HTTP 200 with an answer that is not JSON/,
    ],
    [
      "200 with another shape",
      { status: 200, body: { count: "3" } },
      "unexpectedAnswer",
      "maybe",
      /its documents don't describe \(count: /,
    ],
    [
      "200 that says what is wrong",
      { status: 200, body: { message: "later" } },
      "invalid",
      "maybe",
      /describe .*: later$/,
    ],
    ["a redirect", { status: 302, headers: { location: "/elsewhere" } }, "unexpectedAnswer", "maybe", /HTTP 302/],
    [
      "a broken connection",
      reset,
      "unavailable",
      "maybe",
      /the connection to 127\.0\.0\.1:\d+ broke before the answer was complete/,
    ],
    ["a cut body", cut, "unavailable", "maybe", /broke before the answer was complete/],
  ])("%s", async (_title, reply, kind, executed, message) => {
    server.plan(reply);
    const error = await failure(CHANGE);
    expect({ kind: error.kind, executed: error.executed }).toEqual({ kind, executed });
    expect(error.message).toMatch(/^\[discloud\] add to app 1: /);
    expect(error.message).toMatch(message);
    expect(server.arrived).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it("names the target only where there is one", async () => {
    server.plan({ status: 400 });
    const { target: _, ...untargeted } = CHANGE;
    expect((await failure(untargeted)).message).toBe("[discloud] add to: HTTP 400");
  });

  it("keeps status, code, request id and the time to wait", async () => {
    server.plan({ status: 400, body: { code: "BAD" }, headers: { "retry-after": "7", "x-request-id": "r1" } });
    const error = await failure(CHANGE, undefined, {
      explain: (answer) => ({ code: "BAD", requestId: answer.headers["x-request-id"] }),
    });
    expect(error).toMatchObject({ status: 400, code: "BAD", requestId: "r1", retryAfterMs: 7_000 });
  });

  it("never holds the credential or a link's query, whoever says them", async () => {
    const link = "https://x.org/a.zip?Signature=S1GN";
    server.plan({ status: 400, body: { message: `no ${TOKEN} for ${link}`, code: TOKEN } });
    const { message } = await failure(CHANGE);
    expect(message).toContain("[secret]");
    expect(message).not.toMatch(new RegExp(`${TOKEN}|S1GN`));
  });

  it("says how refresh and destroy get a newer credential, where it came from stack config", async () => {
    server.plan({ status: 401 });
    const connection = { ...api().connection, fromConfig: true };
    expect((await failure(READ, undefined, { connection })).message).toContain("--run-program");
    expect((await failure(READ)).message).not.toContain("--run-program");
  });

  it("when nothing answers before the attempt's time is over", async () => {
    server.plan(silence);
    const error = await failure({ ...CHANGE, timeoutMs: 100 });
    expect(error).toMatchObject({ kind: "timeout", executed: "maybe" });
    expect(error.message).toMatch(/^\[discloud\] add to app 1: no answer within/);
    expect(server.arrived).toHaveLength(1);
  });

  it("when the body does not end before the attempt's time is over", async () => {
    server.plan((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
    });
    expect(await failure({ ...CHANGE, timeoutMs: 200 })).toMatchObject({ kind: "timeout", executed: "maybe" });
  });

  it("when nobody listens: surely not carried out", async () => {
    server.plan(good);
    const { url } = server;
    await server.close();
    const error = await failure(CHANGE, 300_000, { baseUrl: url });
    expect(error).toMatchObject({ kind: "unavailable", executed: "no" });
    expect(error.message).toMatch(/can't connect to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
  });

  it("when the answer is larger than any of its documents", async () => {
    const chunk = Buffer.alloc(1024 * 1024, 32);
    server.plan((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      let left = 64;
      const write = () => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once("drain", write);
        response.end();
      };
      write();
    });
    const error = await failure(CHANGE);
    expect(error).toMatchObject({ kind: "unexpectedAnswer", executed: "maybe" });
    expect(error.message).toMatch(/larger than 16 MiB$/);
  });

  it("when the answer is nested deeper than any of its documents", async () => {
    const nested = (open: string, close: string, levels: number) =>
      `{"count":3,"more":${open.repeat(levels)}1${close.repeat(levels)}}`;
    for (const body of [nested("[", "]", 5_000_000), nested('{"a":', "}", 2_000_000), nested("[", "]", 64)]) {
      server.plan({ status: 200, body });
      const error = await failure(CHANGE);
      expect(error).toMatchObject({ kind: "unexpectedAnswer", executed: "maybe" });
      expect(error.message).toMatch(/HTTP 200 with an answer of more than 64 levels$/);
    }
    server.plan({ status: 200, body: nested("[", "]", 63) });
    expect((await call(CHANGE)).data).toEqual({ count: 3 });
    server.plan({ status: 200, body: { count: 3, more: `${"[".repeat(100)}\\"${"{".repeat(100)}` } });
    expect((await call(CHANGE)).data).toEqual({ count: 3 });
    server.plan({ status: 400, body: nested("[", "]", 5_000_000) });
    expect(await failure(CHANGE)).toMatchObject({ kind: "invalid" });
  });

  it("keeps its credential to itself when it is sent elsewhere", async () => {
    const elsewhere = await startApiServer();
    elsewhere.plan(good);
    server.plan({ status: 307, headers: { location: `${elsewhere.url}/count` } });
    expect(await failure(READ)).toMatchObject({ kind: "unexpectedAnswer", status: 307 });
    expect(elsewhere.arrived).toEqual([]);
    await elsewhere.close();
  });
});

describe("what is sent again", () => {
  it.each<[string, Reply]>([
    ["a lost answer", reset],
    ["a cut answer", cut],
    ["a 500", { status: 500 }],
    ["a 503 with a time to wait", { status: 503, headers: { "retry-after": "7" } }],
    ["a 429", { status: 429 }],
    ["an empty answer", { status: 200 }],
    ["a gateway's page", { status: 200, body: gatewayPage }],
  ])("a read, after %s", async (_title, reply) => {
    server.plan(reply, good);
    expect((await call(READ)).data).toEqual({ count: 3 });
    expect(server.arrived).toHaveLength(2);
    expect(clock.sleeps).toHaveLength(1);
  });

  it("a read that stays silent, after its own time", async () => {
    server.plan(silence, good);
    expect((await call({ ...READ, timeoutMs: 100 })).data).toEqual({ count: 3 });
    expect(server.arrived).toHaveLength(2);
  });

  it("a read at most five times", async () => {
    server.plan({ status: 500 });
    expect(await failure(READ)).toMatchObject({ kind: "unavailable" });
    expect(server.arrived).toHaveLength(5);
  });

  it("a change after 409, until the target is free", async () => {
    server.plan(...Array.from({ length: 12 }, (): Reply => ({ status: 409, body: { message: "busy" } })), good);
    expect((await call(CHANGE, 30 * 60_000)).data).toEqual({ count: 3 });
    expect(server.arrived).toHaveLength(13);
    expect(announced[0]).toMatch(/^\[discloud\] add to app 1: HTTP 409 busy; trying again in \d+ s, at 2026-11-21T/);
  });

  it("a change after 409 for ten minutes, and the error says so", async () => {
    server.plan({ status: 409, body: { message: "busy" } });
    const startMs = clock.now();
    const error = await failure(CHANGE, 60 * 60_000);
    expect(error).toMatchObject({ kind: "conflict", executed: "no" });
    expect(error.message).toMatch(/^\[discloud\] add to app 1: HTTP 409 busy; still so after 10 min and 24 attempts$/);
    expect(clock.now() - startMs).toBeLessThanOrEqual(10 * 60_000);
    expect(server.arrived).toHaveLength(24);
  });

  it.each([
    ["of no time", { "retry-after": "0" }],
    ["below zero", { "retry-after": "-5" }],
    ["that has passed", { "retry-after": "Sat, 21 Nov 2026 02:00:00 GMT" }],
  ])("a change after 429 with a time to wait %s, by our own rule", async (_title, headers) => {
    server.plan({ status: 429, headers });
    expect(await failure(CHANGE)).toMatchObject({ kind: "rateLimited", executed: "no" });
    expect(clock.sleeps).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  it("a change after 429 that came with the same time twice", async () => {
    server.plan((_request, response) => {
      response.writeHead(429, [
        ["retry-after", "12"],
        ["retry-after", "12"],
      ] as unknown as Record<string, string>);
      response.end("{}");
    }, good);
    await call(CHANGE);
    expect(clock.sleeps).toEqual([12_000]);
  });

  it("a change after 429 with a date, by the clock of the answer", async () => {
    const headers = { "retry-after": "Sat, 21 Nov 2026 05:00:20 GMT", date: "Sat, 21 Nov 2026 05:00:00 GMT" };
    server.plan({ status: 429, headers }, good);
    await call(CHANGE);
    expect(clock.sleeps).toEqual([20_000]);
  });

  it("a change after 429, when the platform says", async () => {
    server.plan({ status: 429, headers: { "retry-after": "42" } }, good);
    await call(CHANGE);
    expect(clock.sleeps).toEqual([42_000]);
    expect(server.arrived).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ["a lost answer", reset],
    ["a cut answer", cut],
    ["a 500", { status: 500 }],
    ["a 503 with a time to wait", { status: 503, headers: { "retry-after": "1" } }],
    ["an empty answer", { status: 200 }],
    ["a gateway's 404", { status: 404, body: gatewayPage }],
  ])("not a change, after %s", async (_title, reply) => {
    server.plan(reply, good);
    await failure(CHANGE, undefined, {
      explain: ({ status }) => (status === 404 ? { kind: "unexpectedAnswer" } : {}),
    });
    expect(server.arrived).toHaveLength(1);
  });

  it("a change that says that it changes nothing", async () => {
    server.plan({ status: 500 }, good);
    await call({ ...CHANGE, changes: false });
    expect(server.arrived).toHaveLength(2);
  });

  it("nothing past the operation's deadline, and the error says when it would have been", async () => {
    server.plan({ status: 429, headers: { "retry-after": "3600" } });
    const error = await failure(READ, 60_000);
    expect(error).toMatchObject({ kind: "rateLimited", executed: "no" });
    expect(error.message).toMatch(/the next attempt would be in 3600 s, past the time for this operation$/);
    expect(clock.sleeps).toEqual([]);
    expect(server.arrived).toHaveLength(1);
  });

  it("nothing for an absurd time to wait", async () => {
    server.plan({ status: 429, headers: { "retry-after": "9".repeat(40) } });
    expect(await failure(CHANGE)).toMatchObject({ kind: "rateLimited" });
    expect(server.arrived).toHaveLength(1);
  });
});

describe("a platform's clock", () => {
  let warned: string[];
  const warn = async (message: string) => void warned.push(message);
  const at = (status: number, date: string): Reply => ({ status, body: { count: 3 }, headers: { date } });
  const both =
    /this machine's clock shows 2026-11-21T02:30:15.250Z and discloud's 2026-11-21T02:1\d:\d\d.000Z: correct this /;

  beforeEach(() => {
    warned = [];
  });

  it.each([200, 404, 503])(
    "that is more than five minutes away from ours is a warning, after HTTP %i too",
    async (status) => {
      server.plan(at(status, "Sat, 21 Nov 2026 02:10:15 GMT"), at(200, "Sat, 21 Nov 2026 02:30:15 GMT"));
      await call(READ, undefined, { warn }).catch(() => undefined);
      expect(warned).toEqual([expect.stringMatching(both)]);
    },
  );

  it.each(["Sat, 21 Nov 2026 02:25:16 GMT", "Sat, 21 Nov 2026 02:35:15 GMT", "", "-5", "soon"])(
    "that shows %j is close enough, or none",
    async (date) => {
      server.plan(at(200, date));
      await call(READ, undefined, { warn });
      expect(warned).toEqual([]);
    },
  );

  it("is not mistaken for one that differs where the answer took long", async () => {
    server.plan((_request, response) => {
      response.writeHead(200, { date: "Sat, 21 Nov 2026 02:30:16 GMT" });
      clock.advance(10 * 60_000);
      response.end('{"count":3}');
    });
    await call(CHANGE, 60 * 60_000, { warn });
    expect(warned).toEqual([]);
  });

  it.each([401, 403])("that differs is named by a refusal with %i, before the credential", async (status) => {
    server.plan(at(status, "Sat, 21 Nov 2026 02:10:15 GMT"));
    const { message } = await failure(READ, undefined, { warn });
    expect(message).toMatch(both);
    expect(message).toMatch(/correct this machine's clock, then check (the|that the) credential/);
    server.plan(at(status, "Sat, 21 Nov 2026 02:30:15 GMT"));
    expect((await failure(READ)).message).not.toContain("clock");
  });
});

describe("the platform's rate limit", () => {
  const budget: Api["budget"] = (answer, nowMs) => ({
    limit: 60,
    remaining: Number(answer.headers["ratelimit-remaining"]),
    resetAtMs: nowMs + Number(answer.headers["ratelimit-reset"]) * 1000,
  });
  const withBudget = (remaining: number, resetSeconds: number): Reply => ({
    status: 200,
    body: { count: 3 },
    headers: { "ratelimit-remaining": String(remaining), "ratelimit-reset": String(resetSeconds) },
  });

  it("is waited for before it is hit", async () => {
    server.plan(withBudget(0, 30), withBudget(59, 60));
    const shared = { budget, limiter: createLimiter(clock, 0) };
    await call(READ, 60_000, shared);
    expect(clock.sleeps).toEqual([]);
    await call(READ, 60_000, shared);
    expect(clock.sleeps).toEqual([30_000]);
    expect(announced).toEqual([
      "[discloud] count app 1: the platform's rate limit is used up until 2026-11-21T02:30:45.250Z; waiting",
    ]);
  });

  it("is an error where it ends after the operation: nothing was sent", async () => {
    server.plan(withBudget(0, 3600));
    const shared = { budget, limiter: createLimiter(clock, 0) };
    await call(READ, 60_000, shared);
    const error = await failure(CHANGE, 60_000, shared);
    expect(error).toMatchObject({ kind: "rateLimited", executed: "no" });
    expect(server.arrived).toHaveLength(1);
  });

  it("is an error by kind even where it ends after the end of all calendars", async () => {
    server.plan(withBudget(0, 1e17));
    const shared = { budget, limiter: createLimiter(clock, 0) };
    await call(READ, 60_000, shared);
    expect(await failure(READ, 60_000, shared)).toMatchObject({ kind: "rateLimited", executed: "no" });
  });

  it("waits of our own do not count against the operation's time", async () => {
    server.plan(good);
    const limiter = createLimiter(clock, 60_000);
    const scope = { deadlineMs: clock.now() + 5_000, announce: () => {} };
    await callApi(api({ limiter }), CHANGE, scope);
    await callApi(api({ limiter }), CHANGE, scope);
    expect(server.arrived).toHaveLength(2);
    expect(clock.sleeps).toEqual([60_000]);
  });
});

describe("corporate proxies", () => {
  const proxies: Server[] = [];

  /** Starts a proxy that records the addresses it is asked to connect to and answers every CONNECT alike. */
  async function startProxy(answer: string): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => {
        asked.push(data.toString().split("\r\n", 1)[0] ?? "");
        socket.end(`HTTP/1.1 ${answer}\r\ncontent-length: 0\r\n\r\n`);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    proxies.push(proxy);
    return { url: `http://127.0.0.1:${port}`, asked };
  }

  afterEach(() => {
    for (const proxy of proxies.splice(0)) proxy.close();
  });

  it("are not asked for an address of this machine", async () => {
    const proxy = await startProxy("502 Bad Gateway");
    server.plan(good);
    const environment = {
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      http_proxy: proxy.url,
      https_proxy: proxy.url,
    };
    expect(await post(server.url, environment)).toEqual({ count: 3 });
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [{ HTTPS_PROXY: "proxy.corp:3128" }, "HTTPS_PROXY"],
    [{ https_proxy: "10.0.0.1:3128", HTTPS_PROXY: "http://127.0.0.1:9" }, "https_proxy"],
    [{ HTTP_PROXY: "//proxy.corp:3128" }, "HTTP_PROXY"],
    [{ http_proxy: "proxy.corp", HTTPS_PROXY: "" }, "http_proxy"],
    [{ HTTPS_PROXY: "us3r:passw0rd@proxy.corp:3128" }, "HTTPS_PROXY"],
    [{ HTTPS_PROXY: "http://us3r:%passw0rd@proxy.corp:3128" }, "HTTPS_PROXY"],
  ])("named by something else than a URL (%j) are refused by the variable's name", async (environment, variable) => {
    expect(await post("https://api.example.invalid/v2", environment)).toEqual({
      kind: "invalid",
      executed: "no",
      message: `[discloud] add: the environment variable ${variable} is not the URL of a proxy; write it as http://proxy.corp:3128`,
    });
  });

  it("for http are none of ours where there is one for https", async () => {
    const proxy = await startProxy("502 Bad Gateway");
    const environment = { HTTP_PROXY: "proxy.corp:3128", HTTPS_PROXY: proxy.url };
    expect(await post("https://api.example.invalid/v2", environment)).toMatchObject({ kind: "unavailable" });
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  it("are asked for every other address, and one that refuses is named as such: nothing was carried out", async () => {
    const proxy = await startProxy("502 Bad Gateway");
    const result = await post("https://api.example.invalid/v2", { HTTPS_PROXY: proxy.url });
    expect(proxy.asked[0]).toBe("CONNECT api.example.invalid:443 HTTP/1.1");
    expect(result).toMatchObject({ kind: "unavailable", executed: "no" });
    expect(result["message"]).toMatch(/can't connect to api\.example\.invalid \(.*502/);
  });
});

describe("certificates", () => {
  let folder: string;
  let secure: SecureServer;
  let tunnel: Server;
  let port: number;
  let asked: number;

  const listen = (one: Server | SecureServer) =>
    new Promise<number>((resolve) => one.listen(0, "127.0.0.1", () => resolve((one.address() as AddressInfo).port)));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-snapshots-tls-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:api.example.invalid"],
      ...["-keyout", key, "-out", certificate],
    ]);
    const files = { key: await readFile(key), cert: await readFile(certificate) };
    secure = createSecureServer(files, (_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ count: 3 }));
    });
    port = await listen(secure);
    // A company's proxy: any address leads to the same server.
    tunnel = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        const onward = connect(port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          socket.pipe(onward).pipe(socket);
        });
        onward.on("error", () => {});
      });
    });
    await listen(tunnel);
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(async () => {
    secure.close();
    tunnel.close();
    await rm(folder, { recursive: true });
  });

  const proxy = () => ({ HTTPS_PROXY: `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}` });

  it.each(["straight", "through a proxy"])(
    "are verified %s, whatever the environment says of it: nothing was carried out",
    async (way) => {
      const [url, environment] =
        way === "straight" ? [`https://localhost:${port}`, {}] : ["https://api.example.invalid", proxy()];
      const result = await post(url, { ...environment, NODE_TLS_REJECT_UNAUTHORIZED: "0" });
      expect(result).toMatchObject({ kind: "unavailable", executed: "no" });
      expect(result["message"]).toMatch(/can't connect to .* \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      expect(asked).toBe(0);
    },
  );

  it.each(["straight", "through a proxy"])(
    "of a company's own authority are trusted %s by NODE_EXTRA_CA_CERTS",
    async (way) => {
      const [url, environment] =
        way === "straight" ? [`https://localhost:${port}`, {}] : ["https://api.example.invalid", proxy()];
      const trust = { NODE_EXTRA_CA_CERTS: join(folder, "certificate.pem") };
      expect(await post(url, { ...environment, ...trust })).toEqual({ count: 3 });
    },
  );
});
