import { seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const hours = (count: number) => stack.clock.advance(count * 3_600_000);
const up = (args: Properties) => stack.up("nightly", args);
const outs = () => stack.held("nightly").props;
const requests = () => stack.emulator.requests.length;

const watched = { platform: "dscloud", appId: seed.dscloud.appId, maxAge: "26h" };
const database = {
  platform: "virtus",
  databaseId: seed.virtus.databaseId,
  schedules: [{ cron: "0 3 * * 5" }],
  maxAge: "26h",
};
const job = {
  platform: "snapshooter",
  job: {
    name: "nightly files",
    recipeId: 7,
    config: { root_path: "/var/www" },
    compute: { type: "server", server_id: 9362 },
    storage: { id: 71 },
  },
  schedules: [{ cron: "0 3 * * *" }],
  retention: { keepDaily: 7 },
  maxAge: "26h",
};
const addBackup = () => stack.emulator.dscloud.addBackup(seed.dscloud.appId);

describe("a stored freshness", () => {
  it("is valid until maxAge has passed since the newest backup: from then on a plain up asks the platform", async () => {
    addBackup();
    await up(watched);
    hours(25);
    const before = requests();
    expect(await up(watched)).toMatchObject({ step: "same" });
    expect(requests()).toBe(before);
    hours(2);
    const preview = await stack.preview("nightly", watched);
    expect(preview.step).toBe("update");
    const run = await up({ ...watched, onStale: "warn" });
    expect(run).toMatchObject({ step: "update", warnings: [expect.stringMatching(/^stale: /)] });
    expect(preview.told).toEqual([
      expect.stringMatching(
        /^the newest known backup of app \w+ is "Backup at .*" of 2026-11-21T02:30:15.000Z, and maxAge 26h has passed since: pulumi up looks for a newer one$/,
      ),
    ]);
    expect(outs()).toMatchObject({ fresh: false });
  });

  it("fails the up where onStale says so", async () => {
    addBackup();
    await up({ ...watched, onStale: "fail" });
    hours(27);
    expect((await up({ ...watched, onStale: "fail" })).failure).toMatch(/^stale: .* was 27 h 0 min old at /);
  });

  it("is renewed where the platform has taken another backup since, without a warning", async () => {
    addBackup();
    await up(watched);
    hours(26);
    addBackup();
    hours(1);
    expect(await up(watched)).toMatchObject({ step: "update", warnings: [] });
    expect(outs()).toMatchObject({ fresh: true });
    expect(await up(watched)).toMatchObject({ step: "same" });
  });

  it("is none while the policy is suspended, nor without maxAge", async () => {
    addBackup();
    const { maxAge: _none, ...unjudged } = watched;
    for (const args of [{ ...watched, suspended: true }, unjudged]) {
      await up(args);
      hours(27);
      expect(await up(args)).toMatchObject({ step: "same" });
    }
  });

  it("expires where pulumi up runs the policy and no slot has passed", async () => {
    await up(database);
    stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    await up({ ...database, onStale: "fail" });
    expect(outs()).toMatchObject({ fresh: true });
    hours(27);
    const run = await up({ ...database, onStale: "fail" });
    expect(run.failure).toMatch(/^stale: the newest usable backup of database /);
  });

  it("expires where the platform runs the policy, from the newest backup and from when the policy was made", async () => {
    await up(job);
    expect(outs()).not.toHaveProperty("fresh");
    hours(25);
    expect(await up(job)).toMatchObject({ step: "same" });
    hours(2);
    const preview = await stack.preview("nightly", job);
    expect(await up(job)).toMatchObject({ step: "update", warnings: [expect.stringMatching(/^stale: /)] });
    expect(preview.told).toContainEqual(
      expect.stringMatching(
        /^no backup of job nightly files is known, and maxAge 26h has passed since the policy was created at 2026-11-21T.*: pulumi up looks for one$/,
      ),
    );
    stack.emulator.snapshooter.addBackup(String(outs()["policyId"]));
    expect(await up(job)).toMatchObject({ step: "update" });
    expect(outs()).toMatchObject({ fresh: true });
    hours(27);
    expect(await up(job)).toMatchObject({ step: "update", warnings: [expect.stringMatching(/^stale: /)] });
  });
});
