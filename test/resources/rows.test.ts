import { seed } from "../../emulator";
import { UNKNOWN } from "../../provider/model/unknown";
import type { Properties } from "../../provider/resources/host";
import { snapshotResource } from "../../provider/resources/snapshot";
import { Stack } from "./stack";

const discloud: Properties = { platform: "discloud", appId: seed.discloud.appId };
const dscloud: Properties = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" };
const volume: Properties = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" };
const app = `app ${seed.discloud.appId}`;

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const props = () => stack.held("a").props;
const told = () => stack.told.map(({ message }) => message);
const loseSnapshot = () => stack.emulator.discloud.removeSnapshot(seed.discloud.appId, String(props()["snapshotId"]));

describe("a preview says on the row what up will do", () => {
  it.each([
    ["takes", discloud, `will take a snapshot of ${app}`],
    ["adopts the newest", { ...discloud, adopt: "latest" }, `will adopt the newest usable snapshot of ${app}`],
    ["adopts by id", { ...discloud, adopt: "20261120-1" }, `will adopt snapshot "20261120-1" of ${app}`],
    [
      "may reuse",
      { ...discloud, reuseWithin: "6h" },
      `will adopt the newest usable snapshot of ${app} if it is at most 6h old; else will take one`,
    ],
    [
      "does not know its target",
      { ...discloud, appId: UNKNOWN },
      "will take a snapshot of the app that appId will name",
    ],
  ])("of a Snapshot that %s, once", async (_title, args, line) => {
    const preview = await stack.preview("a", args);
    expect(preview).toEqual({ step: "create", warnings: [], told: [line] });
    expect(stack.posts()).toBe(0);
  });

  it.each([
    ["stays, since nothing can be deleted", discloud, "stays on Discloud (its API can't delete)"],
    ["is deleted", volume, "will be deleted from Samsung Cloud Platform after that"],
    [
      "stays as the state says",
      { ...volume, deletionPolicy: "retain" },
      'stays on Samsung Cloud Platform (deletionPolicy: "retain")',
    ],
  ])("of a replacement whose old snapshot %s", async (_title, args, end) => {
    await stack.up("a", args);
    const preview = await stack.preview("a", { ...args, triggers: { release: "2" } });
    expect(preview).toMatchObject({ step: "replace", warnings: [] });
    expect(preview.told).toEqual([`will be replaced; the old snapshot ${end}`]);
  });

  it("of one whose snapshot has failed, or is not ready yet", async () => {
    const { virtualserver } = stack.emulator.scp;
    virtualserver.creatingMs = 60 * 60_000;
    expect((await stack.up("a", volume)).failure).toBeDefined();
    expect((await stack.preview("a", volume)).told).toEqual([
      expect.stringMatching(/^will wait until snapshot ".*" of volume .* is ready; its status is "creating"$/),
    ]);
    stack.held("a").props = { ...props(), status: "failed" };
    expect((await stack.preview("a", volume)).told[0]).toMatch(
      /^will be replaced: snapshot ".*" of volume .* has failed; the old snapshot will be deleted/,
    );
  });

  it("of one with nothing to do: nothing", async () => {
    await stack.up("a", discloud);
    expect(await stack.preview("a", discloud)).toEqual({ step: "same", warnings: [], told: [] });
  });
});

describe("an up says on the row what it has done", () => {
  it("took: which, how large, how long", async () => {
    stack.emulator.scp.virtualserver.creatingMs = 38_000;
    await stack.up("a", volume);
    expect(told()).toEqual([
      expect.stringMatching(
        new RegExp(`^took snapshot "${props()["snapshotId"]}" of volume .* \\(\\d+ GiB, \\d\\d s\\)$`),
      ),
    ]);
  });

  it("adopted: which, of when", async () => {
    await stack.up("a", dscloud);
    expect(told()).toEqual([expect.stringMatching(/^adopted snapshot "Backup at .*" of app .* \(2025-06-14T.*Z.*\)$/)]);
  });

  it("adopted, what another Snapshot has adopted: which", async () => {
    const latest = { ...discloud, adopt: "latest" };
    const { verbs } = stack.process();
    await stack.up("a", latest, verbs);
    await stack.up("b", latest, verbs);
    expect(told().at(-1)).toMatch(/^adopted .*, which Snapshot "a" manages, too$/);
  });

  it("kept: once, as information, where nothing else is possible", async () => {
    await stack.up("a", discloud);
    const old = props()["snapshotId"];
    const run = await stack.up("a", { ...discloud, triggers: { release: "2" } });
    expect(run).toEqual({ step: "replace", warnings: [] });
    expect(told().slice(1)).toEqual([
      expect.stringMatching(/^took snapshot /),
      `kept on Discloud: snapshot "${old}" of ${app} (its API can't delete)`,
    ]);
  });
});

describe("a snapshot that is gone", () => {
  it("is named in every preview and refresh where it is kept", async () => {
    await stack.up("a", discloud);
    loseSnapshot();
    const line = expect.stringMatching(/^snapshot "\d+-\d+" of app \d+ is gone from Discloud .*onGone: "keep"/);
    expect((await stack.refresh("a")).warnings).toEqual([line]);
    expect(await stack.preview("a", discloud)).toEqual({ step: "same", warnings: [line], told: [] });
    expect((await stack.up("a", discloud)).step).toBe("same");
    expect(stack.warningsOf("a")).toEqual([line]);
  });

  it('leaves the state with the next refresh, where the program says onGone: "recreate" only then', async () => {
    await stack.up("a", discloud);
    loseSnapshot();
    await stack.refresh("a");
    const args = { ...discloud, onGone: "recreate" };
    const later = expect.stringMatching(
      /The next pulumi refresh takes it out of the state \(onGone: "recreate"\), and the/,
    );
    expect(await stack.preview("a", args)).toMatchObject({ step: "update", warnings: [later] });
    await stack.up("a", args);
    expect(props()).toMatchObject({ status: "gone" });
    const leaves = expect.stringMatching(/It leaves the state \(onGone: "recreate"\), and the next pulumi up creates/);
    expect((await stack.refresh("a")).warnings).toEqual([leaves]);
    expect(await stack.up("a", args)).toMatchObject({ step: "create" });
  });

  it.each([
    ["a change of triggers", { triggers: { release: "2" } }, "replace"],
    ['onGone: "keep"', { onGone: "keep" }, "update"],
  ])('with onGone: "fail" is a diff and fails each up until %s', async (_title, decision, step) => {
    const args = { ...discloud, onGone: "fail" };
    await stack.up("a", args);
    loseSnapshot();
    const ways =
      /is gone from Discloud .*fails until the program decides .*change triggers .*onGone: "keep".*remove the/;
    const refreshed = await stack.refresh("a");
    expect(refreshed).toEqual({ step: "refresh", warnings: [expect.stringMatching(ways)] });
    for (let run = 1; run <= 2; run++) {
      expect(await stack.preview("a", args)).toMatchObject({ step: "update", warnings: [expect.stringMatching(ways)] });
      const up = await stack.up("a", args);
      // The failure says everything: no warning repeats it.
      expect(up).toEqual({ step: "update", failure: expect.stringMatching(ways), warnings: [] });
      expect(props()).toMatchObject({ status: "gone" });
    }
    const decided = { ...args, ...decision };
    expect(await stack.up("a", decided)).toMatchObject({ step });
    expect((await stack.up("a", decided)).step).toBe("same");
  });

  it('with onGone: "fail" on an app host whose API takes none names what adopts another', async () => {
    await stack.up("a", { ...dscloud, onGone: "fail" });
    stack.emulator.dscloud.removeBackup(seed.dscloud.appId, String(props()["snapshotId"]));
    expect((await stack.refresh("a")).warnings).toEqual([expect.stringMatching(/change triggers to adopt the newest/)]);
  });
});

describe("a policy", () => {
  const nightly = [{ cron: "0 3 * * *" }];
  beforeEach(() => {
    stack.resource = "BackupPolicy";
  });

  it.each([
    [
      "that up runs",
      { ...discloud, schedules: nightly },
      `will take a snapshot of ${app} (first slot 2026-11-20T03:00Z), unless there is one for it`,
    ],
    [
      "that is suspended",
      { ...discloud, schedules: nightly, suspended: true },
      `will take no snapshot of ${app} while suspended is true`,
    ],
    [
      "that only watches",
      { platform: "dscloud", appId: seed.dscloud.appId },
      `will watch the backups of app ${seed.dscloud.appId}, and take or delete none`,
    ],
    [
      "that the platform runs",
      {
        platform: "scp",
        fileVolumeId: seed.scp.fileVolumeId,
        schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
        retention: { keepLast: 7 },
      },
      `will create a policy for File Storage volume ${seed.scp.fileVolumeId} on Samsung Cloud Platform ` +
        "(first run 2026-11-21T18:00Z)",
    ],
  ])("%s says so in the preview of its creation", async (_title, args, line) => {
    const preview = await stack.preview("a", args);
    expect(preview).toMatchObject({ step: "create", told: [line] });
  });

  it("that runs before or after a Snapshot that adopts the newest of the same target says which came first", async () => {
    const policy = { ...discloud, schedules: nightly };
    const { session, verbs } = stack.process();
    const snapshots = new Stack();
    Object.assign(snapshots, { clock: stack.clock, emulator: stack.emulator, environment: stack.environment });
    const snapshot = snapshotResource(session);
    // The engine checks both before it creates either.
    verbs.check({}, { ...policy, __urn: "urn:pulumi:dev::project::pulumi-nodejs:dynamic/snapshots:BackupPolicy::a" });
    await snapshots.up("first", { ...discloud, adopt: "latest" }, snapshot);
    await stack.up("a", policy, verbs);
    await snapshots.up("second", { ...discloud, adopt: "latest" }, snapshot);
    expect(told()).toEqual([
      expect.stringMatching(
        /^adopted .*before BackupPolicy "a" takes its own in this run; to adopt that one, add dependsOn$/,
      ),
      expect.stringMatching(/^took snapshot .* for 2026-11-20T03:00Z/),
      expect.stringMatching(/^adopted .*which BackupPolicy "a" has taken in this run$/),
    ]);
  });
});
