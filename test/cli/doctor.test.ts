import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, type EmulatorOptions, seed, startEmulator } from "../../emulator";
import { Command, fakePulumi } from "./command";

const document = z.array(
  z.strictObject({
    connection: z.string(),
    checks: z.array(
      z.strictObject({
        name: z.enum(["reach", "credential", "plan", "clock", "version"]),
        ok: z.boolean(),
        message: z.string().min(1),
      }),
    ),
  }),
);
const names = ["reach", "credential", "plan", "clock", "version"];

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-doctor-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});
const serve = async (options?: EmulatorOptions) => {
  emulator = await startEmulator(options);
};

async function run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const command = new Command({ args: ["doctor", ...args], env: { ...emulator.environment, ...env } });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

/** Checks of one connection, by name. */
async function checksOf(platform: string, env: Readonly<Record<string, string | undefined>> = {}) {
  const { code, stdout } = await run([platform, "--json"], env);
  const results = document.parse(JSON.parse(stdout));
  expect(results).toHaveLength(1);
  expect(results[0]?.checks.map(({ name }) => name)).toEqual(names);
  return { code, ...Object.fromEntries((results[0]?.checks ?? []).map((check) => [check.name, check])) };
}

const good = (message: RegExp) => expect.objectContaining({ ok: true, message: expect.stringMatching(message) });
const bad = (message: RegExp) => expect.objectContaining({ ok: false, message: expect.stringMatching(message) });
const none = () =>
  Object.fromEntries(Object.keys(emulator.environment).map((name) => [name, undefined])) as Record<string, undefined>;

test("finds every connection of the environment good, and changes nothing", async () => {
  await serve();
  const { code, stdout, stderr } = await run(["--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const results = document.parse(JSON.parse(stdout));
  const platforms = Object.keys(seed);
  expect(results.map(({ connection }) => connection).sort()).toEqual([...platforms].sort());
  for (const { checks } of results) {
    expect(checks.map(({ name }) => name)).toEqual(names);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  }
  expect(emulator.requests.filter(({ changes }) => changes)).toEqual([]);
  const table = await run([]);
  expect(table.stdout.split("\n").filter((line) => /^\w+\t(\w+)\tok\t/.test(line))).toHaveLength(
    platforms.length * names.length,
  );
});

test("tells what each platform shows of plan and version, and says where nothing can be asked", async () => {
  await serve();
  expect(await checksOf("virtus")).toMatchObject({ plan: good(/"standard"; it allows 32 snapshots in 24 hours/) });
  expect(await checksOf("discloud")).toMatchObject({
    plan: good(/"Safira"; Discloud does not document which plans have snapshots/),
    version: good(/^can't be checked: /),
  });
  expect(await checksOf("dscloud")).toMatchObject({
    credential: good(/not refused; DS Cloud documents no request without an app/),
    plan: good(/^can't be checked: /),
  });
  expect(await checksOf("scp")).toMatchObject({ version: good(/virtualserver 1\.3 is supported; backup 1\.2/) });
});

describe("ends with 3, and says what to do, where", () => {
  test.each([
    ["discloud", { DISCLOUD_TOKEN: "wrong" }],
    ["virtus", { VIRTUS_API_KEY: "wrong" }],
    ["dscloud", { DSCLOUD_API_KEY: "wrong" }],
    ["snapshooter", { SNAPSHOOTER_TOKEN: "wrong" }],
    ["scp", { SCP_SECRET_KEY: "wrong" }],
  ])("%s refuses the credential", async (platform, env) => {
    await serve();
    const checks = await checksOf(platform, env);
    expect(checks).toMatchObject({
      code: 3,
      reach: good(/answers/),
      credential: bad(/HTTP 401 .*check the credential/),
    });
    expect(JSON.stringify(checks)).not.toContain('"wrong"');
  });

  test("the credential is missing, or belongs to no connection that is complete", async () => {
    await serve();
    const { DISCLOUD_TOKEN: _token, ...rest } = emulator.environment;
    expect(await checksOf("discloud", { ...rest, DISCLOUD_TOKEN: undefined })).toMatchObject({
      code: 3,
      credential: bad(/the field token is missing; set it with .*DISCLOUD_TOKEN/),
      reach: bad(/not checked/),
    });
    expect(emulator.requests).toEqual([]);
  });

  test("the platform can't be reached", async () => {
    await serve();
    const checks = await checksOf("dscloud", { DSCLOUD_API_URL: "http://127.0.0.1:1/v3" });
    expect(checks).toMatchObject({
      code: 3,
      reach: bad(/can't connect to 127\.0\.0\.1:1 .*check the address, the network and the proxy/),
      credential: bad(/not checked/),
      clock: bad(/not checked/),
    });
  });

  test("a gateway answers in its place", async () => {
    await serve();
    emulator.faults.add({ platform: "virtus", operation: "get-me", fault: "html", times: "always" });
    expect(await checksOf("virtus")).toMatchObject({ code: 3, reach: bad(/an answer that is not JSON/) });
  });

  test("the plan does not allow it", async () => {
    await serve();
    emulator.faults.add({ platform: "dscloud", operation: "list-backups", fault: "status", status: 403 });
    expect(await checksOf("dscloud")).toMatchObject({ code: 3, plan: bad(/Silver and higher plans only/) });
  });

  test("the clocks are apart", async () => {
    await serve({ now: () => Date.now() - 20 * 60_000 });
    expect(await checksOf("virtus")).toMatchObject({
      code: 3,
      clock: bad(/this machine's clock shows 2.*Z and Virtus Cloud's 2.*Z: correct this machine's clock/),
    });
    expect(await checksOf("scp")).toMatchObject({ code: 3, clock: bad(/correct this machine's clock/) });
  });

  test("a version is not known, and a warning where one may end", async () => {
    await serve();
    const checks = await checksOf("scp", { SCP_BACKUP_VERSION: "0.9", SCP_VIRTUALSERVER_VERSION: "1.0" });
    expect(checks).toMatchObject({
      code: 3,
      version: bad(/backup has no version 0\.9; set another one with .*snapshots:scp\.backupVersion <version>": 1\.1/),
    });
    expect(await checksOf("scp", { SCP_VIRTUALSERVER_VERSION: "1.0" })).toMatchObject({
      version: good(/virtualserver 1\.0 is deprecated, which may end not before 2025-12-31; set another one/),
    });
  });

  test("nothing is set at all", async () => {
    await serve();
    const { code, stdout, stderr } = await run(["--json"], none());
    expect({ code, stdout }).toEqual({ code: 3, stdout: "[]\n" });
    expect(stderr).toMatch(/no connection is set: set a platform's environment variables, or name a stack/);
  });
});

test("with --stack examines the connections of the stack's config, too", async () => {
  await serve();
  const { DISCLOUD_TOKEN: token, DISCLOUD_API_URL: url } = emulator.environment;
  const entry = (objectValue: object) => ({ value: JSON.stringify(objectValue), objectValue, secret: true });
  const config = {
    "snapshots:discloud": entry({ token, url }),
    "snapshots:second": entry({ platform: "discloud", token: "wrong", url }),
    "snapshots:third": entry({ platform: "heroku" }),
  };
  const env = { ...none(), PATH: fakePulumi(folder, { config }) };
  const { code, stdout, stderr } = await run(["--stack", "prod", "--json"], env);
  expect(code).toBe(3);
  const results = document.parse(JSON.parse(stdout));
  expect(results.map(({ connection, checks }) => [connection, checks.every(({ ok }) => ok)])).toEqual([
    ["discloud", true],
    ["second", false],
  ]);
  expect(stderr).toMatch(/second: at least one check fails/);
  const one = await run(["discloud", "--stack", "prod", "--connection", "discloud"], env);
  expect(one.code).toBe(0);
  const unknown = await run(["--stack", "prod", "--connection", "fourth"], env);
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringMatching(/there is no connection "fourth"/) });
});

test.each<[string, readonly string[], RegExp]>([
  ["a platform that is none", ["heroku"], /"heroku" is not a platform/],
  ["too much", ["discloud", "virtus"], /too many arguments/],
  ["another connection without a stack", ["--connection", "second"], /needs --stack/],
])("refuses %s with 2", async (_title, args, message) => {
  await serve();
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("explains itself with --help and an example", async () => {
  await serve();
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--json", "--connection", "--stack", "Examples:"]) expect(stdout).toContain(part);
});
