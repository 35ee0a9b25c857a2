import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { Command, fakePulumi } from "./command";

const items = z.array(
  z.looseObject({
    resourceId: z.string(),
    id: z.string(),
    platform: z.string(),
    connection: z.string(),
    snapshotId: z.string(),
    status: z.enum(["pending", "running", "available", "failed", "gone", "unknown"]),
    managedBy: z.string().nullable().optional(),
  }),
);

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-list-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const command = new Command({ args: ["list", ...args], env: { ...emulator.environment, ...env } });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

const withoutCredentials = () =>
  Object.fromEntries(Object.keys(emulator.environment).map((name) => [name, undefined])) as Record<string, undefined>;

/** A Snapshot in a stack's state. */
const snapshotIn = (id: string, outputs: object = {}) => ({
  urn: `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:Snapshot::${id.split("/").at(-1)}`,
  type: "pulumi-nodejs:dynamic/snapshots:Snapshot",
  id,
  custom: true,
  inputs: {},
  outputs,
});

test("prints a line a snapshot, newest first, its parts with tabs between them, where stdout is no terminal", async () => {
  const { code, stdout, stderr } = await run(["virtus", `app/${seed.virtus.appId}`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  expect(rows.map(([time]) => time)).toEqual([
    "2024-06-27T06:23:42.326Z",
    "2024-06-26T07:05:40.000Z",
    "2024-06-25T05:15:51.533Z",
  ]);
  for (const [, age, size, status, id] of rows) {
    expect(age).toMatch(/^\d+ d$/);
    expect(size).toBe("126.0 KiB");
    expect(status).toBe("available");
    expect(id).toMatch(new RegExp(`^virtus/app/${seed.virtus.appId}/`));
  }
  expect(stdout).not.toContain("\u001b");
});

test.each([
  ["virtus", `database/${seed.virtus.databaseId}`, 2],
  ["dscloud", `app/${seed.dscloud.appId}`, 4],
  ["discloud", `app/${seed.discloud.appId}`, 1],
  ["snapshooter", `job/${seed.snapshooter.jobId}`, 2],
  ["scp", `volume/${seed.scp.volumeId}`, 1],
])("prints what getSnapshots returns of %s %s with --json", async (platform, target, count) => {
  const { code, stdout, stderr } = await run([platform, target, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const listed = items.parse(JSON.parse(stdout));
  expect(listed).toHaveLength(count);
  for (const item of listed) {
    expect(item.resourceId).toBe(item.id);
    expect(item.resourceId).toMatch(new RegExp(`^${platform}/${target}/`));
    expect(item).not.toHaveProperty("managedBy");
  }
});

test("lists a whole account where the API can, and at most as many as asked for", async () => {
  emulator.discloud.addSnapshot(seed.discloud.emptyAppId);
  expect((await run(["discloud"])).stdout).toMatch(/^unknown\t\t/);
  const all = items.parse(JSON.parse((await run(["discloud", "--json"])).stdout));
  expect(all.map((item) => item["appId"])).toEqual([seed.discloud.emptyAppId, seed.discloud.appId]);
  const one = items.parse(JSON.parse((await run(["discloud", "--json", "--limit", "1"])).stdout));
  expect(one).toEqual(all.slice(0, 1));
});

test.each([[[]], [["--json"]]])("ends with 3 where there is nothing, and says so on stderr %j", async (options) => {
  const { code, stdout, stderr } = await run(["snapshooter", `job/${seed.snapshooter.emptyJobId}`, ...options]);
  expect(code).toBe(3);
  expect(stdout).toBe(options.length === 0 ? "" : "[]\n");
  expect(stderr).toMatch(/^SnapShooter lists no snapshot of job\/.*\n$/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no platform", [], /missing required argument 'platform'/],
  ["a platform that is none", ["heroku"], /"heroku" is not a platform: write one of virtus, dscloud, discloud/],
  ["no target where the API lists none", ["virtus"], /Virtus Cloud needs a target .*app\/<id> or database\/<id>/],
  ["a target of another platform", ["discloud", "volume/1"], /"volume\/1" is not a target on Discloud; use app\/<id>/],
  ["a target without its kind", ["discloud", "1745338954955"], /is not a target on Discloud; use app\/<id>/],
  ["a target without its id", ["discloud", "app/"], /its id must not be empty/],
  ["a target with a broken escape", ["discloud", "app/%zz"], /broken percent escape/],
  ["every app", ["discloud", "app/all"], /"all" means every app on Discloud/],
  ["a limit in words", ["discloud", "--limit", "few"], /--limit.*whole number/],
  ["another connection without a stack", ["discloud", "--connection", "second"], /needs --stack/],
  ["a folder without a stack", ["discloud", "--cwd", "."], /--cwd needs --stack/],
  ["an option that is none", ["discloud", "--colour"], /unknown option '--colour'/],
  ["too much", ["discloud", "app/1", "app/2"], /too many arguments/],
])("refuses %s with 2, before any request", async (_title, args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(emulator.requests).toEqual([]);
});

describe("a failure ends with 1, in the provider's words:", () => {
  const target = `app/${seed.discloud.appId}`;

  test("a missing credential, with the ways to set it", async () => {
    const { code, stdout, stderr } = await run(["discloud", target, "--json"], { DISCLOUD_TOKEN: undefined });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/the field token is missing; .* in the environment as DISCLOUD_TOKEN; .*--stack/);
  });

  test("a credential that is refused, which is never shown", async () => {
    const { code, stderr } = await run(["discloud", target], { DISCLOUD_TOKEN: "wrong-token" });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^pulumi-snapshots: \[discloud\] list snapshots of app \d+: HTTP 401 .*check the credential/,
    );
    expect(stderr).not.toMatch(/wrong-token|run-program|\n\s+at /);
  });

  test("a network that can't be reached", async () => {
    const { code, stderr } = await run(["dscloud", `app/${seed.dscloud.appId}`], {
      DSCLOUD_API_URL: "http://127.0.0.1:1/v3",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[dscloud\] list backups of app \w+: can't connect to 127\.0\.0\.1:1/);
  });

  test("a target that the account does not have", async () => {
    const { code, stderr } = await run(["virtus", "database/99"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /HTTP 404 DATABASE_NOT_FOUND \(check the id, and that the account of the connection "virtus" has it\)/,
    );
  });

  test("an answer that can't be understood is no empty list", async () => {
    emulator.faults.add({ platform: "virtus", fault: "wrong-shape", times: "always" });
    const { code, stdout } = await run(["virtus", `app/${seed.virtus.appId}`, "--json"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

describe("with --stack", () => {
  const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
  const target = `app/${seed.discloud.appId}`;

  test("says which resource manages each, and needs no secrets where the environment has the credential", async () => {
    const added = emulator.discloud.addSnapshot(seed.discloud.appId).version;
    const resources = [snapshotIn(id, { snapshotId: seed.discloud.version })];
    const PATH = fakePulumi(folder, { resources });
    const { code, stdout, stderr } = await run(["discloud", target, "--stack", "prod", "--json"], { PATH });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(items.parse(JSON.parse(stdout)).map(({ resourceId, managedBy }) => [resourceId, managedBy])).toEqual([
      [`discloud/app/${seed.discloud.appId}/${added}`, null],
      [id, resources[0]?.urn],
    ]);
    expect(readFileSync(path.join(folder, "pulumi.log"), "utf8")).not.toContain("config");
    const table = await run(["discloud", target, "--stack", "prod"], { PATH });
    expect(table.stdout).toMatch(/\tuntracked\n.*\turn:pulumi:prod::shop::/);
  });

  test("counts what a policy holds, and what is known by its time; not what is only read", async () => {
    const [newest] = emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present().slice(-1) ?? [];
    const createdAt = new Date(newest?.modifiedMs ?? 0).toISOString();
    const policy = {
      urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:BackupPolicy::nightly",
      type: "pulumi-nodejs:dynamic/snapshots:BackupPolicy",
      id: `virtus/app/${seed.virtus.appId}/policy/0a1b2c3d`,
      custom: true,
      outputs: { snapshots: [{ id: newest?.versionId, createdAt, status: "available" }] },
    };
    const read = { ...snapshotIn(`virtus/app/${seed.virtus.appId}/x/2024-06-26T07:05:40.000Z`), external: true };
    const PATH = fakePulumi(folder, { resources: [policy, read] });
    const { stdout } = await run(["virtus", `app/${seed.virtus.appId}`, "--stack", "prod", "--json"], { PATH });
    expect(items.parse(JSON.parse(stdout)).map(({ managedBy }) => managedBy)).toEqual([policy.urn, null, null]);
  });

  test("takes credentials from the stack's config, also of another connection", async () => {
    const { DISCLOUD_TOKEN: token, DISCLOUD_API_URL: url } = emulator.environment;
    const entry = (objectValue: object) => ({
      value: JSON.stringify(objectValue),
      objectValue,
      secret: true,
    });
    const config = {
      "snapshots:discloud": entry({ token, url }),
      "snapshots:second": entry({ platform: "discloud", token, url }),
      "shop:release": { value: "1", secret: false },
    };
    const PATH = fakePulumi(folder, { config });
    const env = { ...withoutCredentials(), PATH };
    const first = await run(["discloud", target, "--stack", "prod", "--json"], env);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const second = await run(["discloud", target, "--stack", "prod", "--connection", "second", "--json"], env);
    expect(items.parse(JSON.parse(second.stdout))).toMatchObject([{ connection: "second", managedBy: null }]);
    const third = await run(["discloud", target, "--stack", "prod", "--connection", "third"], env);
    expect(third).toMatchObject({ code: 1, stderr: expect.stringMatching(/connection "third"/) });
  });

  test("puts the environment before the config", async () => {
    const config = {
      "snapshots:scp": { objectValue: { accessKey: "a", secretKey: "b", region: "kr-west1" }, secret: true },
    };
    const env = { SCP_REGION: undefined, PATH: fakePulumi(folder, { config }) };
    const { code, stderr } = await run(["scp", `volume/${seed.scp.volumeId}`, "--stack", "prod"], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("fails in the words of pulumi, or where there is none", async () => {
    const PATH = fakePulumi(folder, {});
    const unknown = await run(["discloud", target, "--stack", "test"], { PATH });
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/pulumi stack --stack test failed: error: no stack named 'test' found/),
    });
    const empty = path.join(folder, "empty");
    expect(existsSync(empty)).toBe(false);
    const missing = await run(["discloud", target, "--stack", "prod"], { PATH: empty });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/can't run pulumi.*ENOENT/) });
  });
});

test("shows a platform's words without control characters", async () => {
  emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, { name: "x", status: "odd\u001b[31m" });
  const { stdout } = await run(["scp", `volume/${seed.scp.volumeId}`]);
  expect(stdout).not.toContain("\u001b");
});

test("explains itself with --help and an example", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--json", "--connection", "--stack", "--cwd", "--limit", "Examples:"]) {
    expect(stdout).toContain(part);
  }
});
