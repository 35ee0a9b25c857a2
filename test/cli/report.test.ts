import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { Command, type FakeStack, fakePulumi } from "./command";

const text = z.string().min(1);
const document = z.strictObject({
  generatedAt: z.iso.datetime(),
  stacks: z.array(z.strictObject({ name: text, problem: text.nullable() })),
  targets: z.array(
    z.strictObject({
      platform: text,
      platformTitle: text,
      kind: text,
      id: text,
      stacks: z.array(text),
      problem: text.nullable(),
      freshness: z.enum(["fresh", "stale", "unjudged", "unknown"]),
      lastSnapshotAt: z.iso.datetime().nullable(),
      maxAgeSeconds: z.number().nullable(),
      policies: z.array(
        z.strictObject({
          urn: text,
          name: text,
          stack: text,
          runBy: z.enum(["platform", "up", "watched"]),
          suspended: z.boolean(),
          schedules: z.array(text),
          retention: text.nullable(),
          maxAge: text.nullable(),
          fresh: z.boolean().nullable(),
          nextRuns: z.array(z.iso.datetime()),
          longestGapSeconds: z.int().nullable(),
          slots: z.array(z.strictObject({ at: z.iso.datetime(), state: z.enum(["due", "missed"]) })),
          problem: text.nullable(),
        }),
      ),
      snapshots: z.array(
        z.strictObject({
          resourceId: text.nullable(),
          snapshotId: text,
          createdAt: z.iso.datetime().nullable(),
          status: z.enum(["pending", "running", "available", "failed", "gone", "unknown"]),
          sizeBytes: z.number().nullable(),
          sizeText: text.nullable(),
          fate: z.enum(["kept", "going", "untracked", "listed", "failed", "unfinished", "unlisted"]),
          because: text.nullable(),
          managedBy: z.array(text),
          verifiedAt: z.iso.datetime().nullable(),
        }),
      ),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
    }),
  ),
  notes: z.array(text),
  problems: z.array(text),
});

const DAY_MS = 86_400_000;
let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-report-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function run(
  args: readonly string[],
  stack: FakeStack = {},
  env: Readonly<Record<string, string | undefined>> = {},
) {
  const all = { ...emulator.environment, PATH: fakePulumi(folder, stack), ...env };
  const command = new Command({ args: ["report", ...args], env: all, cwd: folder });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

const read = (stdout: string) => document.parse(JSON.parse(stdout));

function resourceIn(type: string, name: string, id: string, outputs: object) {
  const token = `pulumi-nodejs:dynamic/snapshots:${type}`;
  const urn = `urn:pulumi:prod::shop::${token}::${name}`;
  return { urn, type: token, id, custom: true, inputs: {}, outputs: { __urn: urn, ...outputs } };
}

/**
 * Stack with a Snapshot, an app's policy, and a volume's policy with daily snapshots up to yesterday's, newest first.
 */
function prodStack() {
  const { volumeId, region } = seed.scp;
  const nowMs = Date.now();
  const taken = Array.from({ length: 5 }, (_, day) =>
    emulator.scp.virtualserver.addSnapshot(volumeId, { createdAtMs: nowMs - (day + 1.5) * DAY_MS }),
  );
  const policy = resourceIn("BackupPolicy", "nightly", `scp/volume/${volumeId}/policy/0a1b2c3d`, {
    platform: "scp",
    connection: "scp",
    volumeId,
    policyId: "0a1b2c3d",
    createdAt: new Date(nowMs - 10 * DAY_MS).toISOString(),
    schedules: [{ cron: "0 3 * * *" }],
    retention: { keepDaily: 3 },
    maxAge: "26h",
    snapshots: taken.map(({ id, createdAtMs }) => ({
      id,
      createdAt: new Date(createdAtMs).toISOString(),
      status: "available",
      region,
    })),
  });
  const { appId, version } = seed.discloud;
  const snapshot = resourceIn("Snapshot", "before-release", `discloud/app/${appId}/${version}`, {
    platform: "discloud",
    connection: "discloud",
    appId,
    snapshotId: version,
    createdAt: "2024-12-07T22:07:11.000Z",
    verify: "archive",
    verifiedAt: "2026-11-01T00:00:00.000Z",
    verifiedBytes: 130_048,
  });
  const watched = resourceIn("BackupPolicy", "watch", `dscloud/app/${seed.dscloud.appId}/policy/0a1b2c3d`, {
    platform: "dscloud",
    connection: "dscloud",
    appId: seed.dscloud.appId,
    maxAge: "26h",
    createdAt: "2020-01-01T00:00:00.000Z",
  });
  return { resources: [policy, snapshot, watched], ids: taken.map(({ id }) => id) };
}

describe("with --stack", () => {
  test("joins what the stack holds with what the platforms list, and asks for changes nowhere", async () => {
    const { resources, ids } = prodStack();
    const { code, stdout, stderr } = await run(["--stack", "prod", "--json"], { resources });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^3 targets \(0 fresh, 2 stale\), /) });
    const { stacks, targets, problems } = read(stdout);
    expect({ stacks, problems }).toEqual({ stacks: [{ name: "prod", problem: null }], problems: [] });
    expect(targets.map(({ platform, kind, freshness }) => [platform, kind, freshness])).toEqual([
      ["discloud", "app", "unjudged"],
      ["dscloud", "app", "stale"],
      ["scp", "volume", "stale"],
    ]);
    const [app, , volume] = targets;
    expect(app?.snapshots).toMatchObject([
      { fate: "kept", because: "managed by Snapshot before-release", verifiedAt: "2026-11-01T00:00:00.000Z" },
    ]);
    const fates = Object.fromEntries(volume?.snapshots.map(({ snapshotId, fate }) => [snapshotId, fate]) ?? []);
    expect(fates).toEqual({
      ...Object.fromEntries(ids.map((id, index) => [id, index < 3 ? "kept" : "going"])),
      [seed.scp.snapshotId]: "untracked",
    });
    expect(volume?.policies).toMatchObject([
      { name: "nightly", stack: "prod", runBy: "up", fresh: false, retention: "keepDaily: 3" },
    ]);
    expect(volume?.policies[0]?.slots.at(-1)?.state).toBe("due");
    expect(volume?.policies[0]?.nextRuns).toHaveLength(10);
    expect(emulator.requests.filter(({ changes }) => changes)).toEqual([]);
  });

  test("writes a page to stdout, or to a file, which it replaces", async () => {
    const { resources } = prodStack();
    const page = await run(["--stack", "prod"], { resources });
    expect(page.code).toBe(0);
    expect(page.stdout).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\n$/);
    expect(page.stdout).toContain(`Timeline of volume ${seed.scp.volumeId}`);
    writeFileSync(path.join(folder, "report.html"), "old");
    const file = await run(["--stack", "prod", "--out", "report.html"], { resources });
    expect(file).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/^wrote report\.html: 3 targets/),
    });
    expect(readFileSync(path.join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  test("writes Markdown where that is asked for, or the file is called so; the data beside it with --json", async () => {
    const { resources } = prodStack();
    const markdown = await run(["--stack", "prod", "--format", "markdown"], { resources });
    expect(markdown.stdout).toMatch(/^# Backup report\n[\s\S]*\| Target \|[\s\S]*### `volume 3f500f00/);
    // Discloud's times have no zone.
    const { appId, version } = seed.discloud;
    const undated = { platform: "discloud", connection: "discloud", appId, snapshotId: version };
    const one = [resourceIn("Snapshot", "old", `discloud/app/${appId}/${version}`, undated)];
    const said = await run(["--stack", "prod", "--format", "markdown"], { resources: one });
    expect(said.stdout).toContain(`| \`app ${appId}\` | Discloud | – No maxAge | time unknown | 1 |`);
    const both = await run(["--stack", "prod", "--out", "report.md", "--json"], { resources });
    expect(both.code).toBe(0);
    expect(read(both.stdout).targets).toHaveLength(3);
    expect(readFileSync(path.join(folder, "report.md"), "utf8")).toMatch(/^# Backup report\n/);
  });

  test("shows only what is on a connection where one is named", async () => {
    const { resources } = prodStack();
    const { stdout } = await run(["--stack", "prod", "--connection", "scp", "--json"], { resources });
    expect(read(stdout).targets.map(({ platform }) => platform)).toEqual(["scp"]);
  });

  test("of a stack without snapshots is a page without targets", async () => {
    const { code, stdout } = await run(["--stack", "prod"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("There is no target to show.") });
  });
});

describe("what can't be read is shown as unknown, and ends with 1 after the page is written:", () => {
  test("a target, while the others are shown", async () => {
    const { resources } = prodStack();
    emulator.faults.add({
      platform: "scp",
      operation: "list-snapshots",
      fault: "status",
      status: 403,
      times: "always",
    });
    const { code, stdout, stderr } = await run(["--stack", "prod", "--out", "report.html", "--json"], { resources });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^wrote report\.html: .* 1 can't be read.*\npulumi-snapshots: volume .*: \[scp\] .*HTTP 403/,
    );
    expect(
      read(stdout).targets.map(({ platform, freshness, problem }) => [platform, freshness, problem === null]),
    ).toEqual([
      ["discloud", "unjudged", true],
      ["dscloud", "stale", true],
      ["scp", "unknown", false],
    ]);
    const page = readFileSync(path.join(folder, "report.html"), "utf8");
    expect(page).toMatch(/Can&#39;t be read|Can't be read/);
    expect(page).toContain("HTTP 403");
    expect(page).not.toContain("The platform lists no snapshot of it");
  });

  test("an answer that can't be understood", async () => {
    const { resources } = prodStack();
    emulator.faults.add({ platform: "dscloud", fault: "wrong-shape", times: "always" });
    const { code, stdout } = await run(["--stack", "prod", "--json"], { resources });
    expect(code).toBe(1);
    expect(read(stdout).targets[1]).toMatchObject({ platform: "dscloud", freshness: "unknown", snapshots: [] });
  });

  test("an empty list that proves nothing", async () => {
    const { emptyAppId } = seed.discloud;
    const policy = resourceIn("BackupPolicy", "hourly", `discloud/app/${emptyAppId}/policy/0a1b2c3d`, {
      platform: "discloud",
      appId: emptyAppId,
      schedules: [{ cron: "0 * * * *" }],
      maxAge: "26h",
    });
    const { code, stdout } = await run(["--stack", "prod", "--json"], { resources: [policy] });
    expect(code).toBe(1);
    expect(read(stdout).targets).toMatchObject([
      { freshness: "unknown", problem: expect.stringMatching(/does not prove that there is none/) },
    ]);
  });

  test("a connection without its credential", async () => {
    const { resources } = prodStack();
    const { code, stdout } = await run(["--stack", "prod", "--json"], { resources }, { DISCLOUD_TOKEN: undefined });
    expect(code).toBe(1);
    expect(read(stdout).targets[0]?.problem).toMatch(/the field token is missing; .*DISCLOUD_TOKEN/);
  });

  test("a network that is not there", async () => {
    const { resources } = prodStack();
    const env = { DISCLOUD_API_URL: "http://127.0.0.1:1/v2" };
    const { code, stdout } = await run(["--stack", "prod", "--json"], { resources }, env);
    expect(code).toBe(1);
    expect(read(stdout).targets[0]?.problem).toMatch(/can't connect to 127\.0\.0\.1:1/);
  });

  test("a stack beside another one", async () => {
    const { resources } = prodStack();
    const { code, stdout, stderr } = await run(["--stack", "prod", "--stack", "test", "--json"], { resources });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/stack test: .*no stack named 'test'/) });
    const { stacks, targets } = read(stdout);
    expect(stacks).toMatchObject([
      { name: "prod", problem: null },
      { name: "test", problem: expect.any(String) },
    ]);
    expect(targets).toHaveLength(3);
  });

  test("the only stack, of which there is no page at all", async () => {
    const { code, stdout, stderr } = await run(["--stack", "test", "--out", "report.html"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/no stack named 'test'/);
    expect(() => readFileSync(path.join(folder, "report.html"))).toThrow();
  });
});

describe("without --stack", () => {
  const only = (name: string) =>
    Object.fromEntries(
      Object.keys(emulator.environment).map((each) => [
        each,
        each.startsWith(name) ? emulator.environment[each] : undefined,
      ]),
    );

  test("shows the accounts that the platforms list, and says what needs a stack", async () => {
    const { code, stdout } = await run(["--json"]);
    expect(code).toBe(0);
    const { stacks, targets, notes } = read(stdout);
    expect(stacks).toEqual([]);
    expect(targets).toMatchObject([{ platform: "discloud", snapshots: [{ fate: "listed" }] }]);
    for (const title of ["Virtus Cloud", "DS Cloud", "SnapShooter", "Samsung Cloud Platform"]) {
      expect(notes).toContainEqual(expect.stringMatching(new RegExp(`^${title} is not shown without a stack: `)));
    }
  });

  test("ends with 1 where an account's list can't be had", async () => {
    emulator.faults.add({ platform: "discloud", fault: "status", status: 401, times: "always" });
    const { code, stdout } = await run(["--json"]);
    expect(code).toBe(1);
    expect(read(stdout).problems).toEqual([expect.stringMatching(/HTTP 401/)]);
  });

  test.each<[string, () => Record<string, string | undefined>, RegExp]>([
    [
      "no platform can list its account",
      () => only("VIRTUS"),
      /--stack is missing: .*Virtus Cloud is not shown without/,
    ],
    ["no connection is set", () => only("none"), /--stack is missing, and no connection is set/],
  ])("is wrong usage where %s", async (_what, env, says) => {
    expect(await run([], {}, env())).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
  });
});

test.each<[string, readonly string[], RegExp]>([
  ["a format that is none", ["--stack", "prod", "--format", "pdf"], /Allowed choices are html, markdown/],
  ["data and a page on one stdout", ["--stack", "prod", "--json", "--format", "html"], /add --out, or leave one out/],
  ["a folder without a stack", ["--cwd", "."], /--cwd needs --stack/],
  ["an option that is none", ["--since", "1d"], /unknown option/],
])("refuses %s with 2, before any request", async (_title, args, says) => {
  expect(await run(args)).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
  expect(emulator.requests).toEqual([]);
});

test("explains itself with --help and an example", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--stack", "--out", "--format", "--json", "--connection", "Examples:"])
    expect(stdout).toContain(part);
});
