import { seed } from "../../../emulator";
import type { Properties } from "../../../provider/resources/host";
import { Stack } from "../../resources/stack";

const { jobId, emptyJobId } = seed.snapshooter;
const HOUR_MS = 3_600_000;

let stack: Stack;
afterEach(() => stack.close());

const platform = () => stack.emulator.snapshooter;
const pagings = ["both", "links", "meta", "none"] as const;

describe("a backup job of a policy, on the second page of the jobs", () => {
  const args: Properties = {
    platform: "snapshooter",
    job: { name: "nightly", recipeId: 1, config: {}, compute: { type: "server" }, storage: { id: 71 } },
    schedules: [{ cron: "0 3 * * *" }],
    retention: { keepDaily: 7 },
  };
  const named = () => [...platform().jobs.values()].filter(({ name }) => name === "nightly");
  const requests = (operation: string) => stack.emulator.requests.filter((request) => request.operation === operation);

  beforeEach(async () => {
    stack = await Stack.start("BackupPolicy");
    // With the two existing ones: one whole page.
    for (let index = 0; index < 13; index += 1) platform().addJob({ name: `other-${index}` });
  });

  /** Deletes a job of the first page, after that page was read and before the second one is. */
  const shift = () => {
    platform().afterPage = () => {
      platform().afterPage = undefined;
      platform().removeJob(emptyJobId);
    };
  };

  it.each(pagings)("stays in the state when it moves to the first page while a refresh reads (%s)", async (paging) => {
    platform().paging = paging;
    expect((await stack.up("a", args)).failure).toBeUndefined();
    const before = stack.held("a").id;
    shift();
    expect(await stack.refresh("a")).toMatchObject({ step: "refresh", warnings: [] });
    expect(platform().jobs.has(emptyJobId)).toBe(false);
    expect(stack.held("a").id).toBe(before);
    expect((await stack.up("a", args)).step).toBe("same");
    expect(named()).toHaveLength(1);
  });

  it.each(pagings)("is not made a second time when it moves while it is looked for (%s)", async (paging) => {
    platform().paging = paging;
    platform().addJob({ name: "nightly" });
    shift();
    expect((await stack.up("a", args)).failure).toMatch(/there is one already .*no second one is created/);
    expect(requests("create-job")).toEqual([]);
    expect(named()).toHaveLength(1);
  });

  it("is not taken for gone, and not made, where the list states more jobs than it shows", async () => {
    await stack.up("a", args);
    platform().removeJob(named()[0]?.id ?? "");
    platform().totalSurplus = 1;
    expect((await stack.refresh("a")).failure).toMatch(/16 entries are stated, and 15 are listed/);
    expect(stack.held("a").props).toMatchObject({ status: "active" });
    expect((await stack.up("b", args)).failure).toMatch(/16 entries are stated, and 15 are listed/);
    expect(requests("create-job")).toHaveLength(1);
    platform().totalSurplus = 0;
    expect((await stack.refresh("a")).step).toBe("drop");
  });

  it("that is refused with 200 and a message is told in SnapShooter's words, and made once after that", async () => {
    const message = "Your plan has no more backup jobs.";
    stack.fault({ platform: "snapshooter", operation: "create-job", fault: "status", status: 200, body: { message } });
    const before = stack.clock.now();
    expect((await stack.up("a", args)).failure).toContain(message);
    expect(stack.clock.now() - before).toBeLessThan(60_000);
    expect(requests("create-job")).toHaveLength(1);
    expect((await stack.up("a", args)).failure).toBeUndefined();
    expect(named()).toHaveLength(1);
  });
});

describe("backups of a job, on two pages", () => {
  let newest: string;
  const fill = () => {
    for (let hours = 20; hours >= 1; hours -= 1) {
      newest = platform().addBackup(jobId, { createdAtMs: stack.clock.now() - hours * HOUR_MS }).id;
    }
    Object.assign(platform(), { paging: "none", defaultOrder: "oldest-first" });
  };

  it("without members that lead on are all seen by adopt latest", async () => {
    stack = await Stack.start();
    fill();
    const args: Properties = { platform: "snapshooter", jobId, deletionPolicy: "retain", adopt: "latest" };
    expect((await stack.up("a", args)).failure).toBeUndefined();
    expect(stack.held("a").props).toMatchObject({ snapshotId: newest, adopted: true });
  });

  it("without members that lead on are all seen by a policy that watches", async () => {
    stack = await Stack.start("BackupPolicy");
    fill();
    expect((await stack.up("a", { platform: "snapshooter", jobId, maxAge: "2h" })).warnings).toEqual([]);
    expect(stack.held("a").props).toMatchObject({ fresh: true, lastSnapshotId: newest });
  });

  it("of which one moves to the first page while a refresh reads stays in the state", async () => {
    stack = await Stack.start();
    fill();
    Object.assign(platform(), { paging: "both", defaultOrder: "newest-first" });
    const args: Properties = { platform: "snapshooter", jobId, deletionPolicy: "retain" };
    await stack.up("a", args);
    for (let index = 0; index < 15; index += 1) {
      stack.clock.advance(HOUR_MS);
      newest = platform().addBackup(jobId).id;
    }
    stack.fault({ platform: "snapshooter", operation: "get-backup", fault: "status", status: 404 });
    platform().afterPage = () => {
      platform().afterPage = undefined;
      platform().removeBackup(newest);
    };
    expect((await stack.refresh("a")).warnings).toEqual([]);
    expect(stack.held("a").props).toMatchObject({ status: "available" });
  });
});
