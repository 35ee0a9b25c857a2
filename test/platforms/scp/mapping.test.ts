import { createHmac } from "node:crypto";
import { seed } from "../../../emulator";
import { type Connection, resolveConnection } from "../../../provider/model/connection";
import { openPlatform } from "../../../provider/platforms";
import { scp as definition } from "../../../provider/platforms/scp/definition";
import { toFileSnapshot } from "../../../provider/platforms/scp/filestorage/mapping";
import { fileSnapshot } from "../../../provider/platforms/scp/filestorage/schemas";
import { detailText, newestFirst, toStatus } from "../../../provider/platforms/scp/mapping";
import { toCreate, toUpdate, toVolumeSnapshot } from "../../../provider/platforms/scp/virtualserver/mapping";
import { volumeSnapshot } from "../../../provider/platforms/scp/virtualserver/schemas";
import { describeArbitraryAnswers } from "../../contract/arbitrary-answers";
import { type Opened, openOnEmulator } from "../../contract/opened";
import { fixture } from "../../emulator/fixture";
import { type ApiServer, reset, startApiServer } from "../../http/api-server";
import { type FakeClock, fakeClock } from "../../http/fake-clock";

const documented = fixture<{ count: number; snapshots: Record<string, unknown>[] }>("scp", "list-snapshots");
const { volumeId, snapshotId, attachedVolumeId, fileVolumeId } = seed.scp;
const own = (detail: unknown, code = "NotFound") => ({
  errors: [{ code, title: "Not Found", status: 404, detail, request_id: "req-1" }],
});

describe("a status of Samsung Cloud Platform's", () => {
  it.each([
    ["available", "available"],
    ["Available", "available"],
    ["creating", "running"],
    ["error", "failed"],
    ["Error Deleting", "failed"],
    ["error_restoring", "failed"],
    ["deleting", "unknown"],
    ["Backing Up", "unknown"],
    ["unavailable", "unknown"],
    ["constructor", "unknown"],
    ["", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
  ])("%j means %s", (word, expected) => {
    expect(toStatus(word)).toBe(expected);
  });
});

describe("a snapshot", () => {
  it("of a volume is shown as documented", () => {
    const [entry] = documented.snapshots;
    expect(toVolumeSnapshot(volumeSnapshot.parse(entry), "kr-west1")).toEqual({
      snapshotId,
      segments: [snapshotId],
      status: "available",
      platformStatus: "available",
      createdAt: "2025-07-22T09:00:00.000Z",
      details: {
        region: "kr-west1",
        name: "snapshot-1",
        description: "description",
        sizeGib: 104,
        updatedAt: "2025-07-26T12:00:00.000Z",
      },
    });
  });

  it("of a File Storage volume has no instant where its time names no zone, and a size in no unit", () => {
    const entry = { id: "f", state: "available", size: 4096, created_at: "2026-11-21T02:30:15.250000" };
    expect(toFileSnapshot(fileSnapshot.parse(entry), "kr-west1")).toEqual({
      snapshotId: "f",
      segments: ["f"],
      status: "available",
      platformStatus: "available",
      sizeText: "4096",
      details: { region: "kr-west1" },
    });
    expect(toFileSnapshot(fileSnapshot.parse({ ...entry, size: "4096" }), "r").sizeText).toBe("4096");
  });

  it("has nothing that the answer leaves open", () => {
    const open = { id: "s", volume_id: "v", name: null, description: null, status: null, size: null, updated_at: null };
    expect(toVolumeSnapshot(volumeSnapshot.parse(open), "r")).toEqual({
      snapshotId: "s",
      segments: ["s"],
      status: "unknown",
      details: { region: "r" },
    });
  });

  it("with an id that no path can hold is refused", () => {
    expect(volumeSnapshot.safeParse({ id: "\ud800", volume_id: "v" }).success).toBe(false);
    expect(fileSnapshot.safeParse({ id: "\ud800" }).success).toBe(false);
  });

  it("is sorted by its time, with or without a zone", () => {
    const times = ["2026-11-21T02:30:16.000000", "2026-11-21 02:30:15", "2026-11-20T02:30:15Z", null];
    const entries = times.map((created_at) => ({ created_at }));
    expect(newestFirst([...entries].reverse())).toEqual(entries);
  });
});

describe("a request", () => {
  it("to create leaves out what is not wanted, and metadata always", () => {
    expect(toCreate("v", { name: "n" })).toEqual({ name: "n", volume_id: "v" });
    expect(toCreate("v", { name: "n", description: "", force: false, triggers: { a: "1" } })).toEqual({
      name: "n",
      volume_id: "v",
      description: "",
      force: false,
    });
  });

  it("to update always holds the name, and a description only where one is wanted", () => {
    expect(toUpdate("n", { description: "d", force: true })).toEqual({ name: "n", description: "d" });
    expect(toUpdate("n", {})).toEqual({ name: "n" });
  });
});

describe("the detail of an error", () => {
  it.each<[unknown, string | undefined]>([
    ["text", "text"],
    [["one", "two"], "one; two"],
    [[{ loc: ["body", "name"], msg: "bad" }, "two"], '{"loc":["body","name"],"msg":"bad"}; two'],
    [{ msg: "bad" }, '{"msg":"bad"}'],
    [[], ""],
    [null, undefined],
    [undefined, undefined],
    [7, "7"],
  ])("%j", (detail, expected) => {
    expect(detailText(detail)).toBe(expected);
  });
});

describe("a name", () => {
  const check = (name: unknown) => definition.snapshotArguments.name.schema.safeParse(name).error?.issues[0]?.message;

  it.each(["a", "Nightly 2026-11-21_0300", "a".repeat(255)])("%j is legal", (name) => {
    expect(check(name)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ["2026-11-21T03:00", '":"'],
    ["a.b", '"."'],
    ["naïve", '"ï"'],
    ["a🙂b", '"🙂"'],
    ["a\nb", '"\\n"'],
    ["a/b", '"/"'],
    ["", "must not be empty"],
    ["a".repeat(256), "255"],
    [7, "must be text"],
  ])("%j is refused with its reason", (name, reason) => {
    expect(check(name)).toMatch(reason);
  });

  it.each(["data", "a.b:c", "日本", "🙂", "x".repeat(300), ""])("of the resource %j is made legal", (resourceName) => {
    const name = definition.defaultName(resourceName, "0a1b2c3");
    expect(check(name)).toBeUndefined();
    expect(name).toMatch(/-0a1b2c3$/);
  });
});

describe("Samsung Cloud Platform over HTTP", () => {
  let server: ApiServer;
  let clock: FakeClock;
  beforeEach(async () => {
    server = await startApiServer();
    clock = fakeClock();
  });
  afterEach(() => server.close());

  const secretKey = "s3cret-k3y";
  const open = (fields: Record<string, string> = {}) => {
    const connection: Connection = {
      name: "seoul",
      platform: "scp",
      fields: {
        accessKey: "AKTEST",
        secretKey,
        region: "kr-west1",
        virtualserverUrl: `${server.url}/v1`,
        filestorageUrl: `${server.url}/v1`,
        virtualserverVersion: "1.3",
        filestorageVersion: "1.1",
        ...fields,
      },
      secrets: ["AKTEST", secretKey],
      fromConfig: true,
    };
    return openPlatform(connection, { clock, random: () => 0.5 });
  };
  const volume = (id = "v") => ({ argument: "volumeId", kind: "volume", id });
  const fileVolume = (id = "f") => ({ argument: "fileVolumeId", kind: "file-volume", id });
  const scope = (timeoutMs = 60_000) => ({ deadlineMs: clock.now() + timeoutMs, announce: () => undefined });
  const entry = (id: string, volume_id = "v") => ({
    id,
    volume_id,
    status: "available",
    created_at: "2026-11-21T00:00:00Z",
  });
  const page = (ids: string[], count: number | null = null) => ({
    status: 200,
    body: { count, snapshots: ids.map((id) => entry(id)) },
  });

  /** Signs as documented, independently of the client's implementation. */
  const signed = (method: string, url: string, timestamp: string) =>
    createHmac("sha256", secretKey).update(`${method}${url}${timestamp}AKTESTOpenapi`).digest("base64");

  it.each(["v", "a b", "ä/ö?x=1&y#z", "%20", "+:,;'()*!~", "日本"])(
    "signs the very bytes that it sends, for the target %j",
    async (id) => {
      server.plan({ status: 200, body: { id, count: 0, snapshots: [] } });
      for (const path of ["/v1", "/a%20b/ü/v1", "/A:B@c/v1"]) {
        const platform = open({ virtualserverUrl: server.url + path, filestorageUrl: server.url + path });
        await platform.list(volume(id), scope());
        await platform.list(fileVolume(id), scope());
        await platform.observe(volume(id), { snapshotId: id }, scope()).catch(() => undefined);
        await platform.update?.(volume(id), { snapshotId: id }, { name: "n" }, scope()).catch(() => undefined);
        await platform.create?.(volume(id), { name: "n" }, scope()).catch(() => undefined);
        await platform.delete?.(fileVolume(id), { snapshotId: id }, scope()).catch(() => undefined);
      }
      expect(new Set(server.arrived.map(({ method }) => method))).toEqual(new Set(["GET", "PUT", "POST", "DELETE"]));
      expect(server.arrived.length).toBeGreaterThanOrEqual(18);
      for (const { method, url, headers } of server.arrived) {
        expect(headers["scp-signature"]).toBe(
          signed(method, `http://${headers.host}${url}`, String(headers["scp-timestamp"])),
        );
        expect(headers["scp-accesskey"]).toBe("AKTEST");
        expect(headers["scp-clienttype"]).toBe("Openapi");
        expect(headers["accept-language"]).toBe("en-US");
      }
    },
  );

  it("signs each attempt again, with its own time", async () => {
    server.plan({ status: 500 }, { status: 429, headers: { "retry-after": "7" } }, reset, page(["a"], 1));
    await open().list(volume(), scope());
    const stamps = server.arrived.map(({ headers }) => String(headers["scp-timestamp"]));
    expect(stamps).toHaveLength(4);
    expect(new Set(stamps).size).toBe(4);
    expect(Number(stamps[2]) - Number(stamps[1])).toBeGreaterThanOrEqual(7_000);
    expect(Number(stamps[3])).toBe(clock.now());
    for (const { method, url, headers } of server.arrived) {
      expect(headers["scp-signature"]).toBe(
        signed(method, `http://${headers.host}${url}`, String(headers["scp-timestamp"])),
      );
    }
  });

  it("sends the version of each service that the connection pins, and no sort", async () => {
    server.plan(page(["a"], 1), { status: 200, body: { count: 1, snapshots: [{ id: "a" }] } });
    const platform = open({ virtualserverVersion: "1.0", filestorageVersion: "1.2" });
    await platform.list(volume(), scope());
    await platform.list(fileVolume(), scope());
    expect(server.arrived.map(({ headers }) => headers["scp-api-version"])).toEqual([
      "virtualserver 1.0",
      "filestorage 1.2",
    ]);
    for (const { url } of server.arrived) expect(url).not.toContain("sort");
  });

  it.each([
    ["virtualserver", volume(), "1.3"],
    ["filestorage", fileVolume(), "1.1"],
  ] as const)("answered 406 names the version of %s and the way to set it", async (service, target, version) => {
    server.plan({ status: 406, body: own("not acceptable") });
    const attempts = [
      () => open().list(target, scope()),
      () => open().create?.(target, { name: "n" }, scope()),
      () => open().delete?.(target, { snapshotId: "s" }, scope()),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        kind: "invalid",
        executed: "no",
        message: expect.stringMatching(
          new RegExp(
            `the ${service} service does not know version ${version} .*--type string snapshots:seoul.${service}Version`,
          ),
        ),
      });
    }
    expect(server.arrived).toHaveLength(3);
  });

  it("follows markers to the end, whatever the page size of the platform", async () => {
    server.plan(page(["a", "b"]), page(["c"]), page([]));
    const { snapshots } = await open().list(volume(), scope());
    expect(snapshots.map(({ snapshotId: id }) => id).sort()).toEqual(["a", "b", "c"]);
    const queries = server.arrived.map(({ url }) => new URL(url, server.url).searchParams);
    expect(queries.map((query) => query.get("marker"))).toEqual([null, "b", "c"]);
    for (const query of queries) expect(query.get("volume_id")).toBe("v");
  });

  it("stops at the count without another request", async () => {
    server.plan(page(["a", "b"], 3), page(["c"], 3), page(["never"]));
    expect((await open().list(volume(), scope())).snapshots).toHaveLength(3);
    expect(server.arrived).toHaveLength(2);
  });

  const listed = async () => (await open().list(volume(), scope())).snapshots.map(({ snapshotId: id }) => id).sort();

  it("reads a list again that shows fewer than it counts", async () => {
    server.plan(page(["a", "b"], 4), page(["c"], 4), page([]), page(["a", "b"], 3), page(["c"], 3));
    expect(await listed()).toEqual(["a", "b", "c"]);
    expect(server.arrived).toHaveLength(5);
  });

  it("reads a list again whose marker was deleted between two pages", async () => {
    const refused = { status: 400, body: own("marker: Input is invalid", "ValidationError") };
    server.plan(page(["a", "b"], 4), refused, page(["a", "c"], 3), page(["d"], 3));
    expect(await listed()).toEqual(["a", "c", "d"]);
    server.plan(page(["a", "b"], 4), refused, page(["a", "b"], 4), refused, page(["a", "b"], 4), refused);
    await expect(listed()).rejects.toMatchObject({ kind: "invalid" });
  });

  it("reads a list again that begins again instead of ending", async () => {
    server.plan(page(["a", "b"]), page(["a", "b"]), page(["a", "b"]), page(["c"]), page([]));
    expect(await listed()).toEqual(["a", "b", "c"]);
  });

  it.each<[string, ReturnType<typeof page>[]]>([
    ["shows 100 of 150, whatever the marker", [page(["a", "b"], 150)]],
    ["shows none of what it counts", [page([], 1)]],
    ["counts on its first page only", [page(["a"], 3), page([]), page(["a"], 3), page([]), page(["a"], 3), page([])]],
    ["is another one each time it is read", ["a", "b", "c"].flatMap((id) => [page([id]), page([id])])],
  ])("is an error where the list %s", async (_title, pages) => {
    server.plan(...pages);
    await expect(listed()).rejects.toMatchObject({
      kind: "unexpectedAnswer",
      message: expect.stringMatching(/^\[scp\] list snapshots of volume v: not a complete list, read 3 times: /),
    });
  });

  it("ends where markers do nothing and nothing is counted, once a second reading shows the same", async () => {
    server.plan(page(["a", "b"]));
    expect((await open().list(volume(), scope())).snapshots).toHaveLength(2);
    expect(server.arrived).toHaveLength(4);
  });

  it("lists only what is of the volume, where the filter does nothing", async () => {
    server.plan({ status: 200, body: { count: 2, snapshots: [entry("a"), entry("b", "other")] } });
    expect((await open().list(volume(), scope())).snapshots.map(({ snapshotId: id }) => id)).toEqual(["a"]);
  });

  describe("never takes for gone", () => {
    const gateway = { timestamp: "2026-11-21T02:30:15Z", path: "/v1", status: 404, error: "Not Found", requestId: "r" };
    it.each<[string, number, unknown, string, RegExp]>([
      ["the gateway's 404", 404, gateway, "unauthorized", /the gateway, not the service, answers 404/],
      ["a 404 with no errors in its envelope", 404, { errors: [] }, "unauthorized", /gateway/],
      ["a 404 with no body", 404, "", "unauthorized", /gateway/],
      ["401", 401, own("HMAC validation failed", "Unauthorized"), "unauthorized", /HMAC validation failed.*"seoul"/],
      [
        "403 of a missing action",
        403,
        own("Action definition is not found", "Forbidden"),
        "forbidden",
        /Action definition is not found/,
      ],
      ["500", 500, own("Ask", "ContactAdminForAssistance"), "unavailable", /ContactAdminForAssistance/],
      ["503", 503, { ...gateway, status: 503 }, "unavailable", /503/],
      ["406", 406, {}, "invalid", /version 1.3/],
    ])("%s", async (_title, status, body, kind, message) => {
      server.plan({ status, body });
      for (const attempt of [
        () => open().observe(volume(), { snapshotId: "s" }, scope()),
        () => open().list(volume(), scope()),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
      }
      if (status < 500) {
        await expect(open().delete?.(volume(), { snapshotId: "s" }, scope())).rejects.toMatchObject({ kind });
      }
    });
  });

  it.each<[string, unknown, string]>([
    ["a text", "it is in use", "Not Found: it is in use"],
    ["texts", ["one", "two"], "Not Found: one; two"],
    ["objects", [{ msg: "bad", loc: ["a"] }], 'Not Found: {"msg":"bad","loc":["a"]}'],
    ["an object", { msg: "bad" }, 'Not Found: {"msg":"bad"}'],
    ["nothing", undefined, "Not Found"],
    ["null", null, "Not Found"],
  ])("tells what the service says where its detail is %s", async (_title, detail, said) => {
    server.plan({ status: 400, body: own(detail, "ValidationError") });
    await expect(open().list(volume(), scope())).rejects.toMatchObject({
      kind: "invalid",
      code: "ValidationError",
      requestId: "req-1",
      message: `[scp] list snapshots of volume v: HTTP 400 ValidationError ${said}`,
    });
  });

  it("shows neither key nor signature where an error holds them", async () => {
    server.plan((request, response) => {
      const detail = `bad ${request.headers["scp-accesskey"]} ${secretKey} https://x.y/z?Signature=abc`;
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(own(detail)));
    });
    const error = await open()
      .list(volume(), scope())
      .catch((thrown: Error) => thrown);
    expect(String(error)).toContain("bad [secret] [secret]");
    expect(String(error)).not.toMatch(/AKTEST|s3cret|abc/);
  });

  it("of another region than the connection's is an error, before any request", async () => {
    const reference = { snapshotId: "s", region: "kr-east1" };
    for (const target of [volume(), fileVolume()]) {
      for (const attempt of [
        () => open().observe(target, reference, scope()),
        () => open().delete?.(target, reference, scope()),
      ]) {
        await expect(attempt()).rejects.toMatchObject({
          kind: "invalid",
          executed: "no",
          message: expect.stringMatching(/region kr-east1.*"seoul" is for kr-west1/),
        });
      }
    }
    expect(server.arrived).toEqual([]);
  });

  it("a snapshot that is of another volume is not taken for the volume's", async () => {
    server.plan({ status: 200, body: entry("s", "other") });
    await expect(open().observe(volume(), { snapshotId: "s" }, scope())).rejects.toThrow(/another volume, other/);
    server.plan({ status: 200, body: { snapshots: [{ id: "s", volume_id: "other" }] } });
    await expect(open().list(fileVolume(), scope())).rejects.toMatchObject({ kind: "unexpectedAnswer" });
  });
});

describe("deleting on Samsung Cloud Platform", () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("scp");
  });
  afterEach(() => opened.emulator.close());
  const volume = () => opened.target("volumeId", volumeId);
  const fileVolume = () => opened.target("fileVolumeId", fileVolumeId);
  const remove = (id: string, timeoutMs?: number) =>
    opened.platform.delete?.(volume(), { snapshotId: id }, opened.scope(timeoutMs));

  it("waits until the snapshot is gone, not only until that is accepted", async () => {
    opened.emulator.scp.virtualserver.deletingMs = 90_000;
    const before = opened.clock.now();
    await remove(snapshotId);
    expect(opened.clock.now() - before).toBeGreaterThanOrEqual(90_000);
    expect(opened.emulator.scp.virtualserver.statusOf(snapshotId)).toBeUndefined();
    expect(opened.count("delete-snapshot")).toBe(1);
  });

  it.each([
    [500, 8],
    [409, 8],
  ] as const)("asks again after %i, which is a race of the platform's", async (status, times) => {
    opened.emulator.scp.virtualserver.failDeletes(times, status);
    await remove(snapshotId);
    expect(opened.count("delete-snapshot")).toBe(times + 1);
    expect(opened.emulator.scp.virtualserver.statusOf(snapshotId)).toBeUndefined();
  });

  it("of one that is being made waits for that first", async () => {
    const made = await opened.platform.create?.(volume(), { name: "n" }, opened.scope());
    await remove(made?.snapshot?.snapshotId ?? "");
    expect(opened.emulator.scp.virtualserver.snapshotsOf(volumeId).map(({ id }) => id)).toEqual([snapshotId]);
  });

  it("of a File Storage snapshot that is being made waits for that first", async () => {
    const made = await opened.platform.create?.(fileVolume(), {}, opened.scope());
    const reference = { snapshotId: made?.snapshot?.snapshotId ?? "" };
    await opened.platform.delete?.(fileVolume(), reference, opened.scope());
    expect(opened.emulator.scp.filestorage.snapshotsOf(fileVolumeId)).toEqual([]);
  });

  it("that ends in an error says with which word", async () => {
    opened.emulator.scp.virtualserver.deleteOutcome = "error_deleting";
    await expect(remove(snapshotId)).rejects.toThrow(
      /its status is now "error_deleting"; run pulumi up or destroy again/,
    );
  });

  it("that comes to no end says so at its deadline", async () => {
    opened.emulator.scp.virtualserver.deletingMs = Number.POSITIVE_INFINITY;
    await expect(remove(snapshotId, 60_000)).rejects.toMatchObject({
      kind: "timeout",
      message: expect.stringContaining("it still exists"),
    });
  });

  it("is not done where the gateway answers 404 while it is waited for", async () => {
    const gateway = { timestamp: "t", path: "/v1", status: 404, error: "Not Found", requestId: "r" };
    const rule = { platform: "scp", operation: "get-snapshot", fault: "status", status: 404, body: gateway } as const;
    opened.emulator.faults.add(rule);
    await expect(remove(snapshotId)).rejects.toMatchObject({ kind: "unauthorized" });
  });

  it("never looks at one File Storage snapshot, which the platform answers 403", async () => {
    const { id } = opened.emulator.scp.filestorage.addSnapshot(fileVolumeId);
    opened.clock.advance(10_000);
    expect(await opened.platform.observe(fileVolume(), { snapshotId: id }, opened.scope())).toMatchObject({
      outcome: "found",
    });
    await opened.platform.delete?.(fileVolume(), { snapshotId: id }, opened.scope());
    expect(opened.count("get-file-snapshot")).toBe(0);
  });

  it("of a File Storage volume that is gone itself proves nothing of its snapshots, and says so", async () => {
    const { id } = opened.emulator.scp.filestorage.addSnapshot(fileVolumeId);
    opened.emulator.scp.filestorage.removeVolume(fileVolumeId);
    expect(await opened.platform.observe(fileVolume(), { snapshotId: id }, opened.scope())).toEqual({
      outcome: "unproven",
      reason: expect.stringContaining(fileVolumeId),
      remedy: expect.stringContaining('connection "scp"'),
    });
  });

  it("an attached volume needs force, which is said by the platform", async () => {
    const attached = opened.target("volumeId", attachedVolumeId);
    await expect(opened.platform.create?.(attached, { name: "n" }, opened.scope(10_000))).rejects.toMatchObject({
      message: expect.stringContaining("in-use"),
      executed: "no",
    });
    expect(await opened.platform.create?.(attached, { name: "n", force: true }, opened.scope())).toMatchObject({
      snapshot: { status: "running" },
    });
  });
});

describe("a connection of Samsung Cloud Platform", () => {
  const both = { SCP_ACCESS_KEY: "AKENV", SCP_SECRET_KEY: "s3cret-env", SCP_REGION: "kr-west1" };
  const resolve = (config: Record<string, unknown>, environment: Record<string, string> = both) =>
    resolveConnection("scp", definition.connectionFields, "scp", { config: () => config, environment });

  it("takes its pair whole from the environment, or whole from config", () => {
    expect(resolve({})).toMatchObject({ connection: { fields: { accessKey: "AKENV", secretKey: "s3cret-env" } } });
    expect(resolve({ accessKey: "AKCONF", secretKey: "conf" })).toMatchObject({
      connection: { fields: { accessKey: "AKCONF", secretKey: "conf" } },
    });
  });

  it.each([
    ["accessKey", { accessKey: "AKCONF" }],
    ["secretKey", { secretKey: "conf" }],
  ])("with %s alone in config is refused", (_field, config) => {
    const resolved = resolve(config);
    expect(resolved).toMatchObject({ problems: [expect.stringContaining("must come from one source")] });
    expect(JSON.stringify(resolved)).not.toMatch(/AKENV|AKCONF|s3cret|"conf/);
  });

  it("has addresses of its region and environment, and versions that can be pinned", () => {
    expect(resolve({ environment: "g", region: "kr-south1", virtualserverVersion: "1.2" })).toMatchObject({
      connection: {
        fields: {
          virtualserverUrl: "https://virtualserver.kr-south1.g.samsungsdscloud.com/v1",
          filestorageUrl: "https://filestorage.kr-south1.g.samsungsdscloud.com/v1",
          backupUrl: "https://backup.kr-south1.g.samsungsdscloud.com/v1",
          virtualserverVersion: "1.2",
          filestorageVersion: "1.1",
          backupVersion: "1.2",
        },
      },
    });
  });

  it("without a region says both ways to set it", () => {
    const { SCP_REGION: _, ...others } = both;
    expect(resolve({}, others)).toMatchObject({
      problems: [expect.stringMatching(/field region is missing.*snapshots:scp.region.*SCP_REGION/)],
    });
  });

  it("with a version that has become a number is refused with the command that keeps it text", () => {
    expect(resolve({ virtualserverVersion: 1.3 })).toMatchObject({
      problems: [expect.stringContaining("--type string snapshots:scp.virtualserverVersion")],
    });
  });
});

const isText = (value: unknown) => typeof value === "string";
const isOpen = (value: unknown, type: string) => value === undefined || value === null || typeof value === type;
const isId = (value: unknown) => isText(value) && value !== "" && value !== "\ud800";
const isVolumeSnapshot = (entry: Record<string, unknown> | null) =>
  isId(entry?.["id"]) &&
  isText(entry?.["volume_id"]) &&
  ["name", "description", "status", "created_at", "updated_at"].every((name) => isOpen(entry?.[name], "string")) &&
  isOpen(entry?.["size"], "number");
const hasErrors = (answer: unknown) => {
  const { errors } = (answer ?? {}) as { errors?: unknown };
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every((error) => typeof error === "object" && error !== null && !Array.isArray(error))
  );
};
const isCount = (count: unknown) => count === undefined || count === null || Number.isSafeInteger(count);
const [entry] = documented.snapshots;

describe("a volume", () => {
  describeArbitraryAnswers({
    platform: "scp",
    argument: "volumeId",
    targetId: volumeId,
    list: "list-snapshots",
    create: "create-snapshot",
    wellFormed: { count: 2, snapshots: [entry, { ...entry, id: "other" }] },
    holds(answer) {
      const { snapshots, count } = (answer ?? {}) as { snapshots?: unknown; count?: unknown };
      if (!Array.isArray(snapshots) || !snapshots.every(isVolumeSnapshot) || !isCount(count)) return undefined;
      const last = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot.volume_id]));
      if (last.size < Number(count ?? 0)) return undefined;
      return [...last.values()].filter((id) => id === volumeId).length;
    },
    show: { operation: "get-snapshot", wellFormed: own([{ loc: ["path"], msg: "no" }]), status: 404, shown: entry },
    provesAbsence: hasErrors,
  });
});

describe("a File Storage volume", () => {
  const file = {
    id: "f",
    volume_id: fileVolumeId,
    state: "available",
    size: 4096,
    created_at: "2026-11-21T02:30:15.25",
  };
  describeArbitraryAnswers({
    platform: "scp",
    argument: "fileVolumeId",
    targetId: fileVolumeId,
    list: "list-file-snapshots",
    create: "create-file-snapshot",
    wellFormed: { count: 2, snapshots: [file, { ...file, id: "g" }] },
    holds(answer) {
      const { snapshots, count } = (answer ?? {}) as { snapshots?: unknown; count?: unknown };
      const isEntry = (given: Record<string, unknown> | null) =>
        isId(given?.["id"]) &&
        [undefined, null, fileVolumeId].includes(given?.["volume_id"] as string) &&
        ["state", "created_at"].every((name) => isOpen(given?.[name], "string")) &&
        (isOpen(given?.["size"], "number") || isText(given?.["size"]));
      if (!Array.isArray(snapshots) || !snapshots.every(isEntry) || !isCount(count)) return undefined;
      const { size } = new Set(snapshots.map(({ id }) => id));
      return size < Number(count ?? 0) ? undefined : size;
    },
  });
});
