import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { definitions } from "../../provider/platforms";
import { type MovedClock, movedClock } from "../pulumi-cli/moved-clock.js";
import { createWorkspace, installedPackage, type Workspace, type WorkspaceOptions } from "../support/engine";
import { compilerMessages, TSCONFIG } from "./compile";
import { changesSeenBy, concernsOf, diagnosticsOf } from "./stack";

const REPOSITORY = join(__dirname, "../..");
const EXAMPLES = join(REPOSITORY, "examples");

const folders = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Policies of an example, the changes that a run requests of the platforms, and its messages about each policy. */
interface PolicyExample {
  /** `platform argument` of each policy, by name. */
  readonly policies: Readonly<Record<string, string>>;
  /** Changes of the first up, as `platform operation`. */
  readonly changes: readonly string[];
  /** Warnings of the first up, by policy. */
  readonly warnings?: Readonly<Record<string, RegExp>>;
  /** Changes of destroy; default: none. */
  readonly deletes?: readonly string[];
  /** Messages of destroy, by policy. */
  readonly stays: Readonly<Record<string, RegExp>>;
}

const policyExamples: Readonly<Record<string, PolicyExample>> = {
  policy: {
    policies: { nightly: "discloud appId" },
    changes: ["discloud create-snapshot"],
    stays: { nightly: /^kept on Discloud: 1 snapshot of this policy \(its API can't delete\)$/ },
  },
  "policy-run-by-up": {
    policies: { app: "virtus appId", database: "virtus databaseId", volume: "scp volumeId" },
    changes: ["scp create-snapshot", "virtus create-app-snapshot", "virtus create-database-snapshot"],
    stays: {
      app: /^kept on Virtus Cloud: 1 snapshot of this policy /,
      database: /^kept on Virtus Cloud: 1 snapshot of this policy /,
      volume: /^warning: kept on Samsung Cloud Platform: 1 snapshot of this policy; nothing will delete it$/,
    },
  },
  "policy-run-by-platform": {
    policies: { job: "snapshooter job", server: "scp serverId", files: "scp fileVolumeId" },
    changes: ["scp create-backup", "scp create-file-schedule", "snapshooter create-job"],
    warnings: { server: /^warning: Samsung Cloud Platform documents no time zone .*; they are taken as Asia\/Seoul\./ },
    deletes: ["scp delete-backup", "scp delete-file-schedule"],
    stays: {
      job: /^warning: dropped from the state, not deleted: the job keeps running \([0-9a-f-]+\); SnapShooter shows no backups of it$/,
      server: /^deleted the policy for server .*; Samsung Cloud Platform shows no backups of it$/,
      files: /^deleted the policy for File Storage volume .*; Samsung Cloud Platform shows no backups of it$/,
    },
  },
  "policy-watched": {
    policies: { app: "dscloud appId", job: "snapshooter jobId" },
    changes: [],
    warnings: {
      app: /^warning: stale: the newest usable backup of app .* old at .*; maxAge is 26h$/,
      job: /^warning: stale: the newest usable backup of job .* old at .*; maxAge is 26h$/,
    },
    stays: {
      app: /^kept on DS Cloud: every backup /,
      job: /^kept on SnapShooter: every backup /,
    },
  },
};

// restore.test.ts runs the one that restores, docs/fleet.engine.test.ts the one with several stacks.
const runElsewhere = ["restore", "fleet"];
const snapshotExamples = folders.filter((name) => !Object.hasOwn(policyExamples, name) && !runElsewhere.includes(name));

let clock: MovedClock | undefined;
let emulator: Emulator;
let workspace: Workspace;
let changes: () => string[];

/**
 * Starts an example without the platforms' delays, which are not tested here, and without type checks: the compiler
 * checks all examples together.
 */
async function start(options: WorkspaceOptions): Promise<void> {
  emulator = await startEmulator(clock === undefined ? {} : { now: clock.now });
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  Object.assign(emulator.scp.filestorage, { creatingMs: 0, deletingMs: 0 });
  emulator.virtus.createIntervalMs = 0;
  const env = { ...emulator.environment, ...clock?.env, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
  workspace = await createWorkspace({ ...options, env });
  changes = changesSeenBy(emulator);
}

afterEach(async () => {
  workspace?.dispose();
  await emulator?.close();
  clock?.dispose();
  clock = undefined;
});

test("the examples compile with the settings that the docs recommend", () => {
  const parent = join(installedPackage(), "workspaces");
  mkdirSync(parent, { recursive: true });
  const copy = mkdtempSync(join(parent, "examples-"));
  try {
    for (const name of folders) {
      const file = (ending: string) => JSON.parse(readFileSync(join(EXAMPLES, name, ending), "utf8"));
      expect(file("tsconfig.json")).toEqual({ ...TSCONFIG, files: ["index.ts"] });
      expect(file("package.json")).toMatchObject({ name, main: "index.ts" });
      cpSync(join(EXAMPLES, name), join(copy, name), {
        recursive: true,
        filter: (from) => !/node_modules$/.test(from),
      });
    }
    const files = folders.map((name) => `${name}/index.ts`);
    writeFileSync(join(copy, "tsconfig.json"), JSON.stringify({ ...TSCONFIG, files }));
    expect(compilerMessages(copy)).toEqual([]);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test.each(snapshotExamples)("examples/%s runs, shows no change when run again, and is destroyed", async (name) => {
  await start({ directory: join(EXAMPLES, name) });
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  const held = await workspace.resources(":Snapshot");
  expect(held.length).toBeGreaterThan(0);
  for (const { outputs } of held) expect(outputs).toMatchObject({ status: "available" });
  const made = held.filter(({ outputs }) => outputs?.["adopted"] !== true);
  const policies = await workspace.resources(":BackupPolicy");
  expect(changes()).toHaveLength(made.length + policies.length);

  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);

  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(destroy.output).not.toMatch(/error/i);
  expect(await workspace.resources()).toEqual([]);
  const deleted = made.filter(({ outputs }) => outputs?.["deletionPolicy"] === "delete");
  expect(changes()).toHaveLength(deleted.length);
  for (const { urn, outputs } of held) {
    const own = urn.split("::").at(-1) ?? "";
    const isDeleted = deleted.some((each) => each.urn === urn);
    const what = `snapshot "${outputs?.["snapshotId"]}" of`;
    expect(diagnosticsOf(destroy, own)).toEqual([
      expect.stringMatching(isDeleted ? `^deleted ${what}` : `^kept on [\\w ]+: ${what}`),
    ]);
  }
});

test("the repository's own Pulumi.yaml runs the quick start", async () => {
  const folder = join(EXAMPLES, "quickstart");
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  await start({
    files: {
      "Pulumi.yaml": readFileSync(join(REPOSITORY, "Pulumi.yaml"), "utf8"),
      ...Object.fromEntries(
        files
          .filter(({ name }) => name !== "Pulumi.yaml")
          .map(({ name }) => [`examples/quickstart/${name}`, readFileSync(join(folder, name), "utf8")]),
      ),
    },
  });
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    `discloud create-snapshot ${seed.discloud.appId}`,
    `scp create-snapshot ${seed.scp.volumeId}`,
    `scp create-snapshot ${seed.scp.volumeId}`,
    `snapshooter start-backup ${seed.snapshooter.jobId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
  ]);
});

test("examples/restore restores once, and is destroyed without a request", async () => {
  await start({ directory: join(EXAMPLES, "restore") });
  await workspace.config("before", new Date(Date.now() + 3_600_000).toISOString());
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes()).toEqual([
    `scp revert-volume ${seed.scp.volumeId}`,
    `snapshooter restore-backup ${seed.snapshooter.jobId}`,
    `virtus restore-database-snapshot ${seed.virtus.databaseId}`,
  ]);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  expect(await workspace.resources()).toEqual([]);
});

test.each(Object.entries(policyExamples))(
  "examples/%s runs, shows no change when run again, and is destroyed",
  async (name, { policies, changes: first, warnings = {}, deletes = [], stays }) => {
    // None of their scheduled times passes in the next few minutes.
    clock = movedClock(Date.UTC(2027, 0, 11, 7));
    await start({ directory: join(EXAMPLES, name) });
    const operations = () => changes().map((change) => change.split(" ", 2).join(" "));
    const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(operations()).toEqual(first);
    const held = await workspace.resources(":BackupPolicy");
    expect(held).toHaveLength(Object.keys(policies).length);
    for (const { urn, outputs = {} } of held) {
      const own = urn.split("::").at(-1) ?? "";
      const [platform, argument = ""] = policies[own]?.split(" ") ?? [];
      expect(outputs).toMatchObject({ platform, [argument]: expect.anything(), status: "active" });
      const warning = warnings[own];
      expect(concernsOf(up, own)).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
    }

    const second = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([]);
    // A stale backup remains a change until there is a newer one.
    const isStale = held.some(({ outputs }) => outputs?.["fresh"] === false);
    expect(second.output).toMatch(isStale ? /~ \d+ updated/ : /^ +\d+ unchanged$/m);

    const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(await workspace.resources()).toEqual([]);
    expect(operations()).toEqual(deletes);
    for (const [own, sentence] of Object.entries(stays)) {
      expect(diagnosticsOf(destroy, own)).toEqual([expect.stringMatching(sentence)]);
    }
  },
);

test("the examples show a policy for everything that one can be for", () => {
  const shown = Object.values(policyExamples).flatMap(({ policies }) => Object.values(policies));
  const known = Object.values(definitions).flatMap(({ name, policyTargets }) =>
    Object.keys(policyTargets).map((argument) => `${name} ${argument}`),
  );
  expect(shown.sort()).toEqual(known.sort());
});
