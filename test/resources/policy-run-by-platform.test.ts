import { seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const job = {
  platform: "snapshooter",
  job: {
    name: "nightly files",
    recipeId: 7,
    config: { root_path: "/var/www" },
    compute: { type: "server", server_id: 9362 },
    storage: { id: 71 },
  },
  schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
  retention: { keepDaily: 7, keepWeekly: 4 },
};
const server = {
  platform: "scp",
  serverId: seed.scp.serverId,
  name: "nightly",
  schedules: [{ cron: "0 3 * * 0", timezone: "Asia/Seoul" }],
  retention: { keepWithin: "14d" },
};
const files = {
  platform: "scp",
  fileVolumeId: seed.scp.fileVolumeId,
  schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
  retention: { keepLast: 7 },
};
const targets: readonly [string, Properties, string][] = [
  ["a SnapShooter job", job, "create-job"],
  ["a server backup", server, "create-backup"],
  ["a File Storage schedule", files, "create-file-schedule"],
];

const up = (args: Properties) => stack.up("nightly", args);
const outs = () => stack.held("nightly").props;
const changes = () => stack.emulator.requests.filter(({ changes }) => changes).map(({ operation }) => operation);

describe.each(targets)("%s", (_title, args, create) => {
  const platform = String(args["platform"]);

  it("is made once, runs, and shows no diff after an up or a refresh", async () => {
    expect((await up(args)).failure).toBeUndefined();
    expect(outs()).toMatchObject({ ...args, runBy: "platform", status: "active", adopted: false });
    expect(await up(args)).toMatchObject({ step: "same" });
    const { inputs } = stack.held("nightly");
    await stack.refresh("nightly");
    expect(stack.held("nightly").inputs).toEqual(inputs);
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(changes()).toEqual([create]);
    expect(stack.journal.size).toBe(0);
  });

  it("is made once where the answer to the request is lost", async () => {
    stack.fault({ platform, operation: create, fault: "reset-after-commit" });
    const run = await up(args);
    expect(run.failure).toBeUndefined();
    expect(run.warnings.join("\n")).toMatch(/the answer to the request of .* was lost; .* is used as its result/);
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(changes()).toEqual([create]);
  });

  it("is taken over by the next up where the run was killed after it was made", async () => {
    await up(args);
    stack.state.clear();
    const run = await up(args);
    expect(run.warnings.join("\n")).toMatch(/was stopped before its state was stored: it is recovered/);
    expect(changes()).toEqual([create]);
  });

  it("is not created again if an untracked one exists", async () => {
    await up(args);
    stack.state.clear();
    stack.journal.clear();
    const run = await up(args);
    expect(run.failure).toMatch(/there is one already \(.+\), and no second one is created: /);
    expect(changes()).toEqual([create]);
  });

  it("leaves the state on proof only", async () => {
    await up(args);
    stack.fault({ platform, fault: "status", status: 500, times: 50 });
    expect(await stack.refresh("nightly")).toHaveProperty("failure");
    stack.emulator.faults.clear();
    stack.fault({ platform, fault: "html", times: 50 });
    expect(await stack.refresh("nightly")).toHaveProperty("failure");
    stack.emulator.faults.clear();
    const { access } = platform === "scp" ? stack.emulator.scp : stack.emulator.snapshooter;
    access.revoked = true;
    expect(await stack.refresh("nightly")).toHaveProperty("failure");
    access.revoked = false;
    expect(stack.state.has("nightly")).toBe(true);
    remove(args);
    const run = await stack.refresh("nightly");
    expect(run).toMatchObject({ step: "drop", warnings: [expect.stringMatching(/^the policy is gone from /)] });
    expect((await up(args)).step).toBe("create");
  });

  it("says on destroy how many backups stay", async () => {
    await up(args);
    backup(args);
    const policyId = String(outs()["policyId"]);
    const run = await stack.destroy("nightly");
    expect(run.failure).toBeUndefined();
    const line = expect.stringMatching(/; its 1 backup stays on /);
    // A policy that keeps running on the platform needs a person's attention.
    expect(run.warnings).toEqual(args === files ? [] : [line]);
    if (args === files) expect(stack.told.at(-1)?.message).toEqual(line);
    else expect(run.warnings[0]).toContain(policyId);
    const isDeleted = changes().some((operation) => operation.startsWith("delete"));
    expect(isDeleted).toBe(args === files);
  });

  it("is stale by maxAge since its creation, or since its newest backup", async () => {
    const judged = { ...args, maxAge: "26h" };
    await up(judged);
    expect(outs()).not.toHaveProperty("fresh");
    expect(await up(judged)).toMatchObject({ step: "same" });
    stack.clock.advance(27 * 3_600_000);
    await stack.refresh("nightly");
    expect(outs()).toMatchObject({ fresh: false });
    const run = await up(judged);
    expect(run).toMatchObject({ step: "update", warnings: [expect.stringMatching(/^stale: .*maxAge is 26h$/)] });
    expect((await up({ ...judged, onStale: "fail" })).failure).toMatch(/^stale: /);
  });
});

it("a SnapShooter job that a killed run has made and that is not listed any more is named", async () => {
  await up(job);
  const { id } = stack.held("nightly");
  stack.state.clear();
  stack.emulator.snapshooter.removeJob(id.split("/")[2] ?? "");
  stack.clock.advance(2 * 60_000);
  const run = await up(job);
  expect(run.warnings.join("\n")).toContain(
    `an earlier run created policy "${id}" and was stopped before its state was stored: it no longer exists`,
  );
  expect(changes()).toEqual(["create-job", "create-job"]);
});

function idOf(): string {
  const id = stack.state.get("nightly")?.props["policyId"];
  if (typeof id === "string") return id;
  const { snapshooter, scp } = stack.emulator;
  return (
    scp.backup.policies().at(-1)?.id ??
    [...snapshooter.jobs.values()].find(({ name }) => name === job.job.name)?.id ??
    ""
  );
}

function remove(args: Properties): void {
  const { snapshooter, scp } = stack.emulator;
  if (args === job) snapshooter.removeJob(idOf());
  else if (args === server) scp.backup.removePolicy(idOf());
  else scp.filestorage.setSchedule(seed.scp.fileVolumeId, undefined);
}

function backup(args: Properties): void {
  const { snapshooter, scp } = stack.emulator;
  if (args === job) snapshooter.addBackup(idOf());
  else if (args === server) scp.backup.addHistory(idOf());
  else scp.filestorage.addSnapshot(seed.scp.fileVolumeId);
}

describe("a change after creation", () => {
  it("is refused at preview on SnapShooter, by name and with the way out", async () => {
    await up(job);
    for (const [property, change] of Object.entries({
      schedules: { schedules: [{ cron: "0 4 * * *", timezone: "Europe/Lisbon" }] },
      "retention.keepDaily": { retention: { ...job.retention, keepDaily: 8 } },
      "job.name": { job: { ...job.job, name: "another" } },
    })) {
      await expect(up({ ...job, ...change })).rejects.toThrow(
        new RegExp(`^${property}: can't be changed after creation \\(SnapShooter has .*\\): .*pulumi refresh`),
      );
    }
    await expect(up({ ...job, schedules: [{ cron: "0 03 * * *", timezone: "Europe/Lisbon" }] })).resolves.toMatchObject(
      {
        step: "same",
      },
    );
    expect(changes()).toEqual(["create-job"]);
  });

  it("sets schedules and retention of a server backup, each by its own request, and refuses the rest by name", async () => {
    await up(server);
    await up({ ...server, retention: { keepWithin: "31d" } });
    await up({
      ...server,
      retention: { keepWithin: "1mo" },
      schedules: [{ cron: "0 4 * * 0", timezone: "Asia/Seoul" }],
    });
    expect(changes()).toEqual(["create-backup", "set-backup-retention", "set-backup-schedules"]);
    for (const [name, value] of Object.entries({ name: "another", encrypt: false, serverId: "another" })) {
      await expect(up({ ...server, [name]: value })).rejects.toThrow(new RegExp(`^${name}: can't be changed after`));
    }
  });

  it("stores what both requests have come to where the second one fails", async () => {
    await up(server);
    stack.fault({ platform: "scp", operation: "set-backup-retention", fault: "status", status: 403 });
    const edited = {
      ...server,
      retention: { keepWithin: "31d" },
      schedules: [{ cron: "0 4 * * 0", timezone: "Asia/Seoul" }],
    };
    const run = await up(edited);
    expect(run.failure).toMatch(/403/);
    expect(outs()).toMatchObject({ schedules: edited.schedules, retention: { keepWithin: "14d" } });
    await up(edited);
    expect(changes().slice(1)).toEqual(["set-backup-schedules", "set-backup-retention", "set-backup-retention"]);
    expect(outs()).toMatchObject({ schedules: edited.schedules, retention: { keepWithin: "31d" } });
  });

  it("sets a File Storage schedule by one request", async () => {
    await up(files);
    await up({ ...files, retention: { keepLast: 9 }, schedules: [{ cron: "0 18 * * *" }] });
    expect(changes()).toEqual(["create-file-schedule", "set-file-schedule"]);
    // The same hour, in another zone.
    expect(await up({ ...files, retention: { keepLast: 9 } })).toMatchObject({ step: "same" });
  });
});

describe("a File Storage schedule that is there already", () => {
  const adopting = { ...files, adopt: true };
  beforeEach(() => {
    stack.emulator.scp.filestorage.setSchedule(seed.scp.fileVolumeId, { retentionCount: 3 });
  });

  it("is refused, naming adopt", async () => {
    expect((await up(files)).failure).toMatch(/there is one already .*write adopt: true to adopt it/);
    expect(changes()).toEqual([]);
  });

  it("is taken over with adopt, set to what the program wants, and left by destroy", async () => {
    expect((await up(adopting)).failure).toBeUndefined();
    expect(outs()).toMatchObject({ adopted: true, retention: { keepLast: 7 } });
    expect(await up(adopting)).toMatchObject({ step: "same" });
    const run = await stack.destroy("nightly");
    expect(run.warnings).toEqual([
      expect.stringMatching(
        /^dropped from the state, not deleted: it was there before, and continues to run \([0-9a-f-]+\); /,
      ),
    ]);
    expect(changes()).toEqual(["set-file-schedule"]);
  });
});

describe("a server backup", () => {
  it("is waited for until it is available, and goes on being waited for by the next up", async () => {
    stack.emulator.scp.backup.creatingMs = 10 * 60_000;
    const run = await up({ ...server, timeouts: { create: "2m" } });
    expect(run.failure).toMatch(/is not ready yet, its status is ".*"\. It is in the state: run pulumi up again/);
    expect(outs()).toMatchObject({ status: "pending", policyId: expect.any(String) });
    stack.clock.advance(20 * 60_000);
    expect(await up(server)).toMatchObject({ step: "update" });
    expect(outs()).toMatchObject({ status: "active" });
    expect(await up(server)).toMatchObject({ step: "same" });
    expect(changes()).toEqual(["create-backup"]);
  });

  it("is deleted by destroy only where deletionPolicy in the state says so", async () => {
    await up(server);
    await up({ ...server, deletionPolicy: "delete" });
    const run = await stack.destroy("nightly");
    expect(run.failure).toBeUndefined();
    expect(changes()).toEqual(["create-backup", "delete-backup"]);
    expect(stack.emulator.scp.backup.policies()).toEqual([]);
  });

  it("shows what somebody has changed in the console, property by property", async () => {
    await up(server);
    stack.emulator.scp.backup.setSchedules(String(outs()["policyId"]), [
      { type: "FULL", frequency: "WEEKLY", start_time: "05:30:00", start_day: "MON" },
    ]);
    await stack.refresh("nightly");
    expect(stack.held("nightly").inputs["schedules"]).toEqual([
      { cron: "30 5 * * 1", timezone: "Asia/Seoul", kind: "full" },
    ]);
    expect(await up(server)).toMatchObject({ step: "update" });
    expect(changes()).toEqual(["create-backup", "set-backup-schedules"]);
    expect(await up(server)).toMatchObject({ step: "same" });
  });
});

describe("a schedule that changes hands", () => {
  it("is not removed by the resource that made it, once another one holds it", async () => {
    await stack.up("old", files);
    const run = stack.process();
    await stack.up("new", { ...files, adopt: true }, run.verbs);
    await run.verbs.delete(stack.held("old").id, stack.held("old").props);
    expect(changes()).toEqual(["create-file-schedule"]);
    stack.state.delete("old");
    await stack.refresh("new");
    expect(stack.held("new").props).toMatchObject({ status: "active", adopted: true });
  });
});

describe("a policy that is switched off or broken on the platform", () => {
  it("is told and is a diff until it runs again", async () => {
    await up(server);
    stack.emulator.scp.backup.setState(String(outs()["policyId"]), "ERROR");
    await stack.refresh("nightly");
    const run = await up(server);
    expect(run.warnings).toContainEqual('it may not run: its status on Samsung Cloud Platform is "ERROR"');
    expect(run.step).toBe("update");
    stack.emulator.scp.backup.setState(String(outs()["policyId"]), undefined);
    await stack.refresh("nightly");
    expect(await up(server)).toMatchObject({ step: "same", warnings: [] });
  });

  it("is stale or fresh by its last known backup where it can't be read", async () => {
    await up({ ...server, maxAge: "26h" });
    stack.emulator.scp.backup.addHistory(String(outs()["policyId"]));
    await stack.refresh("nightly");
    expect(outs()).toMatchObject({ fresh: true });
    stack.clock.advance(30 * 3_600_000);
    stack.emulator.scp.backup.addHistory(String(outs()["policyId"]), { state: "FAILED" });
    await stack.refresh("nightly");
    expect(outs()).toMatchObject({ fresh: false });
  });
});

it("another name after a lost answer is told of what the first request may have made", async () => {
  stack.fault({ platform: "scp", operation: "create-backup", fault: "reset-after-commit" });
  stack.fault({ platform: "scp", operation: "check-backup-name", fault: "status", status: 500, times: 60, skip: 1 });
  expect((await up(server)).failure).toMatch(/a policy was requested at .* can't be read/);
  stack.emulator.faults.clear();
  const run = await up({ ...server, name: "weekly" });
  expect(run.warnings.join("\n")).toMatch(/an earlier run was stopped after it had requested a policy/);
});

it("a SnapShooter job whose retention was taken away is accepted by a program without one", async () => {
  await up(job);
  const held = stack.emulator.snapshooter.jobs.get(String(outs()["policyId"]));
  for (const schedule of held?.schedules ?? []) {
    Object.assign(schedule, { retention: { hourly: 0, daily: 0, weekly: 0, monthly: 0 } });
  }
  await stack.refresh("nightly");
  const { retention: _retention, ...without } = job;
  expect(await up(without)).toMatchObject({ step: "same" });
});

it("a journal that can't be written stops the request, and says that none was sent", async () => {
  const { verbs, session } = stack.process();
  Object.assign(session.host.journal, { note: () => Promise.reject(new Error("ENOSPC: no space left on device")) });
  const startMs = stack.clock.now();
  const run = await stack.up("nightly", job, verbs);
  expect(run.failure).toMatch(/no policy is requested, since the request can't be recorded on this machine: ENOSPC/);
  expect(stack.clock.now() - startMs).toBeLessThan(5_000);
  expect(changes()).toEqual([]);
});

it("a request whose answer a kill left open is waited for as long as the platform may be at work on it", async () => {
  stack.fault({ platform: "snapshooter", operation: "create-job", fault: "reset-before-commit" });
  const { failure = "" } = await up(job);
  expect(failure).toContain("Whether a policy was created is not known yet");
  const [[key, entry] = []] = [...stack.journal];
  const { endedAt: _killed, ...request } = entry?.request ?? { requestedAt: "", known: [], knownComplete: true };
  if (key !== undefined && entry !== undefined) stack.journal.set(key, { ...entry, request });
  const again = await up(job);
  expect(again.failure).toMatch(/the list may lag until/);
  expect(changes()).toEqual(["create-job"]);
  stack.clock.advance(5 * 60_000);
  expect((await up(job)).failure).toBeUndefined();
  expect(changes()).toEqual(["create-job", "create-job"]);
});
