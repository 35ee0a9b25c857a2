import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import type * as pulumi from "@pulumi/pulumi";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Emulator, seed, startEmulator } from "../../emulator";
import type { JournalEntry } from "../../provider/creation";
import { fileJournal, localFolder } from "../../provider/dynamic/journal";
import { providerText, typeToken } from "../../sdk/provider-text";

const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic/snapshots:Snapshot::a";
const inputs = {
  platform: "discloud",
  connection: "discloud",
  appId: seed.discloud.appId,
  __urn: urn,
  __provider: "text",
};

describe("what a user's state holds for ever", () => {
  it("is this text and no other", () => {
    expect(providerText("Snapshot")).toBe(
      'exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");',
    );
    expect(providerText("BackupPolicy")).toBe(
      'exports.handler = () => require("pulumi-snapshots/runtime").provider("BackupPolicy");',
    );
    expect(providerText("Restore")).toBe(
      'exports.handler = () => require("pulumi-snapshots/runtime").provider("Restore");',
    );
    expect(typeToken("Snapshot")).toBe("pulumi-nodejs:dynamic/snapshots:Snapshot");
    expect(typeToken("BackupPolicy")).toBe("pulumi-nodejs:dynamic/snapshots:BackupPolicy");
    expect(typeToken("Restore")).toBe("pulumi-nodejs:dynamic/snapshots:Restore");
  });

  it.each(["Snapshot", "BackupPolicy", "Restore"] as const)(
    "runs, and gives a provider of %s with every verb",
    (resource) => {
      const exported: { handler?: () => unknown } = {};
      const runtime = join(__dirname, "..", "..", "provider", "dynamic", "runtime");
      new Function("exports", "require", providerText(resource))(exported, (name: string) => {
        expect(name).toBe("pulumi-snapshots/runtime");
        return require(runtime);
      });
      const verbs = ["configure", "check", "diff", "create", "read", "update", "delete"];
      expect(Object.keys(exported.handler?.() ?? {}).sort()).toEqual([...verbs].sort());
    },
  );

  it("of a resource that this version lacks says what to do", () => {
    const { provider } = require("../../provider/dynamic/runtime") as typeof import("../../provider/dynamic/runtime");
    for (const name of ["Restore2", "constructor", "__proto__"]) {
      expect(() => provider(name)).toThrow(/has no resource ".*": install the version that the program uses/);
    }
  });
});

describe("the provider in the engine's own process", () => {
  let emulator: Emulator;
  let engine: grpc.Server;
  let logged: { urn: string; severity: number; message: string; ephemeral: boolean }[];
  let home: string;
  let argv: string[];
  let environment: NodeJS.ProcessEnv;
  let provider: pulumi.dynamic.ResourceProvider;
  let config: Record<string, unknown>;

  beforeEach(async () => {
    emulator = await startEmulator();
    logged = [];
    engine = new grpc.Server();
    engine.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log(call: { request: LogRequest }, done: (error: null, answer: Empty) => void) {
        const { request } = call;
        logged.push({
          urn: request.getUrn(),
          severity: request.getSeverity(),
          message: request.getMessage(),
          ephemeral: request.getEphemeral(),
        });
        done(null, new Empty());
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = grpc.ServerCredentials.createInsecure();
      engine.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    home = await mkdtemp(join(tmpdir(), "pulumi-snapshots-home-"));
    argv = process.argv;
    process.argv = [argv[0] ?? "", argv[1] ?? "", `127.0.0.1:${port}`];
    environment = process.env;
    process.env = { ...environment, PULUMI_HOME: home };
    config = {
      "snapshots:discloud": JSON.stringify({
        token: emulator.environment["DISCLOUD_TOKEN"],
        url: emulator.environment["DISCLOUD_API_URL"],
      }),
    };
    // A separate process has modules of its own.
    jest.resetModules();
    const runtime = require("../../provider/dynamic/runtime") as typeof import("../../provider/dynamic/runtime");
    provider = runtime.provider("Snapshot");
    // Not awaited: parallel creates race with it in the engine too.
    void provider.configure?.({ config: { get: (key: string) => config[key] } } as pulumi.dynamic.ConfigureRequest);
  });
  afterEach(async () => {
    process.argv = argv;
    process.env = environment;
    engine.forceShutdown();
    await emulator.close();
    await rm(home, { recursive: true });
  });

  const create = (news: object = inputs) =>
    provider.create(news) as Promise<{ id: string; outs: Record<string, unknown> }>;
  const thrown = (attempt: () => unknown) =>
    Promise.resolve()
      .then(attempt)
      .then(
        () => {
          throw new Error("not refused");
        },
        (error: unknown) => error as Error & { id?: string; properties?: Record<string, unknown>; reasons?: string[] },
      );

  it("takes connections from stack config, and hands over plain data only", async () => {
    const checked = await provider.check?.({}, { ...inputs, adopt: undefined });
    expect(checked?.failures).toEqual([]);
    const { id, outs } = await create(checked?.inputs);
    expect(id).toBe(`discloud/app/${seed.discloud.appId}/${outs["version"]}`);
    expect(JSON.parse(JSON.stringify(outs))).toStrictEqual(outs);
    expect(Object.values(outs)).not.toContain(undefined);
    expect(outs).toMatchObject({ ...inputs, status: "available", adopted: false });
    expect(emulator.requests.filter(({ changes }) => changes)).toHaveLength(1);
    expect(logged.map(({ message }) => message)).toEqual([expect.stringMatching(/^took snapshot /)]);
  });

  it("says what is to come where the class says that the program is in a preview, and passes that on to nobody", async () => {
    const checked = await provider.check?.({}, { ...inputs, __preview: true, __declaredMs: 1 });
    expect(checked?.failures).toEqual([]);
    expect(checked?.inputs).not.toHaveProperty("__preview");
    expect(checked?.inputs).not.toHaveProperty("__declaredMs");
    while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const ahead = `will take a snapshot of app ${seed.discloud.appId}`;
    expect(logged).toEqual([{ urn, severity: LogSeverity.INFO, message: ahead, ephemeral: false }]);
  });

  it("advises --run-program only where no program has run", async () => {
    const { id, outs } = await create();
    emulator.discloud.access.revoked = true;
    expect((await thrown(() => provider.read?.(id, outs))).message).toMatch(/HTTP 401 .*add --run-program/);
    await provider.check?.({}, inputs);
    const { message } = await thrown(create);
    expect(message).toMatch(/HTTP 401 .*check the credential of the connection "discloud"\)$/);
  });

  it("gives check's failures as data, and never throws them", async () => {
    const checked = await provider.check?.({}, { platform: "discloud", appId: "all" });
    expect(checked?.failures).toEqual([
      { property: "appId", reason: expect.stringContaining("name one app by its id") },
    ]);
  });

  it("leaves the showing of changed inputs to the engine", async () => {
    const { id, outs } = await create();
    expect(await provider.diff?.(id, outs, outs)).toStrictEqual({ changes: false });
    expect(await provider.diff?.(id, outs, { ...outs, triggers: { a: "1" } })).toStrictEqual({
      replaces: ["triggers"],
    });
    expect(await provider.diff?.(id, outs, { ...outs, onGone: "recreate" })).toStrictEqual({ replaces: [] });
  });

  it("reads inputs as well as outputs, and an update keeps the outputs", async () => {
    const { id, outs } = await create();
    const { snapshotId } = outs;
    const read = await provider.read?.(id, outs);
    expect(read).toMatchObject({
      id,
      props: { snapshotId },
      inputs: { appId: seed.discloud.appId, __provider: "text" },
    });
    expect(read?.inputs).not.toHaveProperty("snapshotId");
    const updated = await provider.update?.(id, outs, { ...inputs, onGone: "recreate" });
    expect(updated?.outs).toMatchObject({ onGone: "recreate", snapshotId, status: "available" });
  });

  it("answers a refresh of what is to be recreated with nothing at all", async () => {
    const { id, outs } = await create({ ...inputs, onGone: "recreate" });
    emulator.discloud.removeSnapshot(seed.discloud.appId, String(outs["version"]));
    expect(await provider.read?.(id, outs)).toStrictEqual({});
  });

  it("hands over what it has made and could not finish, with its own text and the reason alone", async () => {
    for (const fault of [{ fault: "foreign-snapshot", when: "after" }, { fault: "reset-after-commit" }] as const) {
      emulator.faults.add({ platform: "discloud", operation: "create-snapshot", ...fault });
    }
    const error = await thrown(create);
    expect(error.id).toMatch(/^discloud\/app\/1745338954955\/pending\//);
    expect(error.properties).toMatchObject({
      ...inputs,
      status: "pending",
      unfinished: { known: [seed.discloud.version] },
    });
    expect(error.reasons).toEqual([error.message]);
    expect(error.message).toContain("2 new snapshots have appeared");
    expect(JSON.parse(JSON.stringify(error.properties))).toStrictEqual(error.properties);

    const again = await thrown(() => provider.update?.(error.id ?? "", error.properties, inputs));
    expect(again).toMatchObject({ id: error.id, properties: { __provider: "text" }, reasons: [expect.any(String)] });
    expect(emulator.requests.filter(({ changes }) => changes)).toHaveLength(1);
  });

  it("shows what it did, and warnings, on the resource's own row", async () => {
    const { id, outs } = await create();
    emulator.discloud.removeSnapshot(seed.discloud.appId, String(outs["version"]));
    await provider.read?.(id, outs);
    await provider.delete?.(id, outs);
    const line = (severity: number, start: string) => ({
      urn,
      severity,
      message: expect.stringContaining(start),
      ephemeral: false,
    });
    expect(logged).toEqual([
      line(LogSeverity.INFO, "took snapshot "),
      line(LogSeverity.WARNING, "is gone from Discloud"),
      line(LogSeverity.INFO, "kept on Discloud: snapshot "),
    ]);
  });

  it("leaves nothing in the state of what was surely not carried out", async () => {
    emulator.faults.add({
      platform: "discloud",
      operation: "create-snapshot",
      fault: "status",
      status: 429,
      body: {},
      headers: { "retry-after": "86400" },
      times: "always",
    });
    const error = await thrown(create);
    expect(error.message).toContain("the next attempt would be in 86400 s");
    expect(error.id).toBeUndefined();
  });

  it("does not lose a line that the engine can't take", async () => {
    engine.forceShutdown();
    const told = jest.spyOn(console, "error").mockImplementation(() => {});
    try {
      const { id, outs } = await create();
      await provider.delete?.(id, outs);
      expect(told.mock.calls.join()).toContain("kept on Discloud: snapshot ");
    } finally {
      told.mockRestore();
    }
  });

  it("shows a failed refresh without any stack of ours", async () => {
    const { id, outs } = await create();
    emulator.discloud.access.revoked = true;
    const error = await thrown(() => provider.read?.(id, outs));
    expect(error.message).toMatch(/^\[discloud\] list snapshots of app 1745338954955: HTTP 401/);
    expect(error.stack).not.toMatch(/\bat .*:\d+:\d+/);
    expect(`${error.message}${error.stack}`).not.toContain(emulator.environment["DISCLOUD_TOKEN"]);
  });

  it("notes a request on disk until the state is seen to hold what it made", async () => {
    let noted: string[] = [];
    const folder = join(home, "pulumi-snapshots", "intents");
    emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "slow", ms: 300 });
    const creating = create();
    while (!emulator.requests.some(({ changes }) => changes)) await new Promise((resolve) => setTimeout(resolve, 5));
    noted = await readdir(folder);
    const text = await readFile(join(folder, noted[0] ?? ""), "utf8");
    const { id, outs } = await creating;
    expect(noted).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ urn, request: { known: [seed.discloud.version] } });
    expect(text).not.toContain(emulator.environment["DISCLOUD_TOKEN"]);
    expect(JSON.parse(await readFile(join(folder, noted[0] ?? ""), "utf8"))).toMatchObject({ made: { id } });
    await provider.read?.(id, outs);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the journal on disk", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "pulumi-snapshots-home-"));
  });
  afterEach(() => rm(home, { recursive: true }));

  const intent = (requestHash: string): JournalEntry => ({
    urn,
    requestHash,
    request: { requestedAt: "2026-11-21T02:30:15.250Z", known: ["a/b", "ü"], knownComplete: true },
  });

  it("keeps the last note of each resource until it is settled", async () => {
    const journal = fileJournal({ PULUMI_HOME: home });
    expect(await journal.find(urn)).toBeUndefined();
    await journal.note(intent("one"));
    await journal.note(intent("two"));
    await journal.note({ ...intent("other"), urn: `${urn}/../../b` });
    const later = fileJournal({ PULUMI_HOME: home });
    expect(await later.find(urn)).toEqual(intent("two"));
    expect(await later.find(`${urn}/../../b`)).toMatchObject({ requestHash: "other" });
    await later.settle(urn);
    await later.settle(urn);
    expect(await journal.find(urn)).toBeUndefined();
    expect(await journal.find(`${urn}/../../b`)).toMatchObject({ requestHash: "other" });
  });

  it("leaves nothing of a process that was killed while it wrote", async () => {
    const journal = fileJournal({ PULUMI_HOME: home });
    const folder = join(home, "pulumi-snapshots", "intents");
    await journal.note(intent("one"));
    const [file = ""] = await readdir(folder);
    await writeFile(join(folder, `${file}.new`), '{"urn":');
    expect(await journal.find(urn)).toEqual(intent("one"));
    await journal.settle(urn);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is readable for its user only, and lies in the Pulumi home", async () => {
    await fileJournal({ PULUMI_HOME: home }).note(intent("one"));
    const folder = join(home, "pulumi-snapshots", "intents");
    const files = await readdir(folder);
    expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, files[0] ?? ""))).mode & 0o777).toBe(0o600);
  });

  it("lies in the default folder where PULUMI_HOME is set and empty", () => {
    expect(localFolder({ PULUMI_HOME: "" })).toBe(join(homedir(), ".pulumi", "pulumi-snapshots"));
    expect(localFolder({})).toBe(join(homedir(), ".pulumi", "pulumi-snapshots"));
  });

  it("keeps the entries of one URN apart by owner, and by the program's folder where the owner is not known", async () => {
    const here = fileJournal({ PULUMI_HOME: home }, "/programs/shop");
    const there = fileJournal({ PULUMI_HOME: home }, "/programs/other");
    await here.note({ ...intent("here"), ownerId: "aaaa" });
    await there.note({ ...intent("there"), ownerId: "bbbb" });
    expect(await here.find(urn)).toMatchObject({ requestHash: "here" });
    expect(await here.find(urn, "bbbb")).toMatchObject({ requestHash: "there" });
    expect(await here.find(urn, "cccc")).toBeUndefined();
    expect(await here.others(urn, "aaaa")).toMatchObject([{ requestHash: "there" }]);
    await here.settle(urn, "aaaa");
    expect(await here.find(urn)).toBeUndefined();
    expect(await there.find(urn)).toMatchObject({ requestHash: "there" });
  });

  it("reads what version 0.1 wrote", async () => {
    const journal = fileJournal({ PULUMI_HOME: home });
    await journal.note(intent("one"));
    const folder = join(home, "pulumi-snapshots", "intents");
    const [file = ""] = await readdir(folder);
    const { requestedAt, known, knownComplete } = intent("").request;
    const unfinished = { requestedAt, known, knownComplete, slot: "2026-11-21T02:00:00.000Z" };
    await writeFile(join(folder, file), JSON.stringify({ urn, wish: "old", unfinished }));
    expect(await journal.find(urn, "aaaa")).toEqual({
      urn,
      requestHash: "old",
      request: { requestedAt, known, knownComplete, labels: { slot: "2026-11-21T02:00:00.000Z" } },
    });
  });

  it.each(["null", "{}", "[]", "{"])("that holds %s is a clear error for its resource only", async (text) => {
    const journal = fileJournal({ PULUMI_HOME: home });
    await journal.note(intent("one"));
    const folder = join(home, "pulumi-snapshots", "intents");
    const [file = ""] = await readdir(folder);
    await writeFile(join(folder, file), text);
    await expect(journal.find(urn)).rejects.toThrow(`${file} can't be read`);
    expect(await journal.others("urn:pulumi:dev::project::other")).toEqual([]);
  });
});
