import { join } from "node:path";
import { seed } from "../../emulator";
import { type CommandResult, STACK } from "../support/engine";
import { type MovedClock, movedClock } from "./moved-clock";
import { upWithProviderKilled } from "./provider-process";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, type Stack } from "./stack";

const schedules = [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }];
const policy = { resource: "BackupPolicy", schedules } as const;
const three: Record<string, Declared> = {
  app: { ...policy, platform: "discloud", appId: seed.discloud.appId },
  database: { ...policy, platform: "virtus", databaseId: seed.virtus.databaseId },
  volume: { ...policy, platform: "scp", volumeId: seed.scp.volumeId },
};
const names = Object.keys(three);
const all = [
  `discloud create-snapshot ${seed.discloud.appId}`,
  `scp create-snapshot ${seed.scp.volumeId}`,
  `virtus create-database-snapshot ${seed.virtus.databaseId}`,
];
const [appOnly, volumeOnly] = all.map((change) => [change]);

let clock: MovedClock;
let stack: Stack;
let changes: () => string[];

async function start(resources: Record<string, Declared>): Promise<void> {
  // Noon in Lisbon, nine hours later in Seoul.
  clock = movedClock(Date.UTC(2027, 0, 10, 12));
  stack = await createStack({
    emulator: { now: clock.now },
    env: (emulator) => ({ ...emulator.environment, ...clock.env }),
    resources,
  });
  Object.assign(stack.emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  stack.emulator.virtus.createIntervalMs = 0;
  changes = changesSeenBy(stack.emulator);
}

const up = (...args: string[]): Promise<CommandResult> =>
  stack.workspace.up(["--skip-preview", ...args], { expectCode: 0 });
const unchanged = (): Promise<CommandResult> => stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
const outputs = async (name: string) => (await stack.policies())[name]?.outputs ?? {};
const snapshotsOf = async (name: string) => (await outputs(name))["snapshots"] as Record<string, unknown>[];

function hoursToNextSlot(): number {
  const hourMs = 3_600_000;
  return 24 - ((clock.now() - Date.UTC(2027, 0, 9, 18)) % (24 * hourMs)) / hourMs;
}

describe("policies that pulumi up runs", () => {
  beforeAll(() => start(three));
  afterAll(async () => {
    await stack.dispose();
    clock.dispose();
  });

  test("the first up takes one snapshot each, for the time that has passed; a second one takes none", async () => {
    const first = await up();
    expect(first.output).not.toMatch(/warning|error/i);
    expect(changes()).toEqual(all);
    for (const name of names) {
      expect(await outputs(name)).toMatchObject({
        dueAt: "2027-01-09T18:00:00.000Z",
        runBy: "up",
        status: "active",
        snapshots: [{ slot: "2027-01-09T18:00:00.000Z", status: "available" }],
      });
    }
    expect(await snapshotsOf("volume")).toMatchObject([{ name: "volume-20270109T1800Z" }]);
    expect((await stack.policies())["app"]?.id).toMatch(
      new RegExp(`^discloud/app/${seed.discloud.appId}/policy/[0-9a-f]{8}$`),
    );
    await up();
    await unchanged();
    expect(changes()).toEqual([]);
  }, 600_000);

  test("once a time has passed, the preview shows dueAt alone, the up takes one, and another up none", async () => {
    clock.advance(24);
    const preview = await stack.workspace.preview(["--diff"]);
    expect(preview.stdout).toContain('~ dueAt: "2027-01-09T18:00:00.000Z" => "2027-01-10T18:00:00.000Z"');
    expect(preview.stdout.match(/^ +[~+-] \w+: .*$/gm)).toHaveLength(3);
    await up();
    expect(changes()).toEqual(all);
    await up();
    expect(changes()).toEqual([]);
  }, 600_000);

  test("where two times have passed, one is taken", async () => {
    clock.advance(48);
    await up();
    expect(changes()).toEqual(all);
    for (const name of names) expect(await snapshotsOf(name)).toHaveLength(3);
  }, 600_000);

  test("a plan that was saved in a slot is carried out in it", async () => {
    clock.advance(24);
    const plan = join(stack.workspace.directory, "plan.json");
    await stack.workspace.preview(["--save-plan", plan], { expectCode: 0 });
    await up("--plan", plan);
    expect(changes()).toEqual(all);
    await unchanged();
  }, 600_000);

  test("a snapshot that is deleted on the platform is due again after a refresh", async () => {
    const { discloud, virtus, scp } = stack.emulator;
    const [version, volumeSnapshot] = await Promise.all(
      ["app", "volume"].map(async (name) => String((await snapshotsOf(name))[0]?.["id"])),
    );
    discloud.removeSnapshot(seed.discloud.appId, version ?? "");
    scp.virtualserver.removeSnapshot(volumeSnapshot ?? "");
    const newest = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
    if (newest !== undefined) virtus.removeSnapshot(seed.virtus.databaseId, newest);
    clock.advance(1);
    const refresh = await stack.workspace.refresh();
    for (const name of names) {
      expect(diagnosticsOf(refresh, name).join("\n")).toMatch(/is gone from .*Another one is due/);
    }
    const preview = await stack.workspace.preview(["--diff"]);
    expect(preview.stdout.match(/\+ dueAt: "2027-01-13T18:00:00.000Z"/g)).toHaveLength(3);
    await up();
    expect(changes()).toEqual(all);
    await unchanged();
  }, 600_000);

  test("somebody else's snapshot after the time settles it on the app hosts, and not on Samsung Cloud Platform", async () => {
    clock.advance(24);
    stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId);
    const run = await up();
    expect(changes()).toEqual(volumeOnly);
    expect(diagnosticsOf(run, "app").join("\n")).toMatch(
      /is there for 2027-01-14T18:00:00.000Z: no other one is taken/,
    );
    expect(await snapshotsOf("database")).toMatchObject([{ adopted: true }, {}, {}, {}, {}]);
    await unchanged();
  }, 600_000);

  test("a machine whose clock is ten minutes fast takes one, says so, and another machine takes none", async () => {
    // The run waits until the platform's clock has reached the scheduled time.
    clock.advance(hoursToNextSlot() - 10 / 3600);
    clock.setFast(10);
    const run = await up();
    expect(changes()).toEqual(all);
    for (const name of names) expect(diagnosticsOf(run, name).join("\n")).toMatch(/this machine's clock shows/);
    clock.setFast(0);
    const elsewhere = { env: { PULUMI_HOME: join(stack.workspace.directory, "another-home") } };
    await stack.workspace.up(["--skip-preview", "--stack", STACK], { ...elsewhere, expectCode: 0 });
    clock.advance(1);
    await stack.workspace.up(["--skip-preview", "--stack", STACK], { ...elsewhere, expectCode: 0 });
    expect(changes()).toEqual([]);
  }, 600_000);

  test("a suspended policy takes nothing, and one that goes on again takes one", async () => {
    const suspended = Object.fromEntries(names.map((name) => [name, { ...three[name], suspended: true }]));
    stack.declare(suspended);
    await up();
    clock.advance(48);
    await up();
    expect(changes()).toEqual([]);
    stack.declare(three);
    await up();
    expect(changes()).toEqual(all);
  }, 600_000);

  test("destroy leaves every snapshot and says how many stay", async () => {
    const counts = await Promise.all(names.map(async (name) => (await snapshotsOf(name)).length));
    const destroy = await stack.workspace.destroy([], { expectCode: 0 });
    for (const [index, name] of names.entries()) {
      const severity = name === "volume" ? "warning: " : "";
      expect(diagnosticsOf(destroy, name)).toEqual([
        expect.stringMatching(`^${severity}kept on .*: the ${counts[index]} snapshots that it holds`),
      ]);
    }
    expect(changes()).toEqual([]);
  }, 600_000);
});

test("a run that is killed after it has asked takes no second one, and fails nothing of the others", async () => {
  await start({ app: three["app"] ?? {} });
  try {
    stack.emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "hold" });
    await upWithProviderKilled(stack, () => stack.emulator.requests.some(({ committed }) => committed));
    stack.emulator.faults.clear();
    await up();
    expect(changes()).toEqual(appOnly);
    expect(await snapshotsOf("app")).toMatchObject([{ slot: "2027-01-09T18:00:00.000Z", status: "available" }]);
    await unchanged();
  } finally {
    await stack.dispose();
    clock.dispose();
  }
}, 600_000);

test("what the retention does not keep is named in the preview, and goes; what is left over stays a diff until it has gone", async () => {
  await start({ volume: three["volume"] ?? {} });
  try {
    const { virtualserver } = stack.emulator.scp;
    const foreign = virtualserver.snapshotsOf(seed.scp.volumeId).map(({ id }) => id);
    const ownNames = () =>
      virtualserver
        .snapshotsOf(seed.scp.volumeId)
        .filter(({ id }) => !foreign.includes(id))
        .map(({ name }) => name);
    for (let day = 0; day < 3; day++) {
      await up();
      clock.advance(24);
    }
    stack.declare({ volume: { ...three["volume"], retention: { keepLast: 2, maxDeletes: 1 } } });
    const preview = await stack.workspace.preview();
    expect(diagnosticsOf(preview, "volume")).toEqual([
      expect.stringMatching(/^will take a snapshot of volume .* for 2027-01-12T18:00Z, unless there is one$/),
      expect.stringMatching(
        /^will delete 1 snapshot \(outside keepLast 2\): "volume-20270109T1800Z" .*; 1 more waits for later runs/,
      ),
    ]);
    stack.emulator.faults.add({ platform: "scp", operation: "delete-snapshot", fault: "status", status: 403 });
    const run = await up();
    expect(diagnosticsOf(run, "volume").join("\n")).toMatch(
      /warning: .* was to go .* and is not deleted: .*tries again/,
    );
    expect(ownNames()).toHaveLength(4);
    expect((await stack.workspace.preview(["--expect-no-changes"])).code).not.toBe(0);
    await up();
    await up();
    await unchanged();
    expect(ownNames()).toEqual(["volume-20270111T1800Z", "volume-20270112T1800Z"]);
    expect(virtualserver.snapshotsOf(seed.scp.volumeId)).toHaveLength(foreign.length + 2);
    expect(await snapshotsOf("volume")).toMatchObject([{ keptBecause: ["newest", "last"] }, { keptBecause: ["last"] }]);
  } finally {
    await stack.dispose();
    clock.dispose();
  }
}, 600_000);
