import { seed } from "../../emulator";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const backup = { platform: "snapshooter", jobId: seed.snapshooter.emptyJobId, deletionPolicy: "delete" };
const volume = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" };
const app = { platform: "discloud", appId: seed.discloud.appId };

const made = (name: string) => stack.held(name).props;
const deletions = () => stack.emulator.requests.filter(({ method }) => method === "DELETE").length;
const posts = () => stack.emulator.requests.filter(({ method, changes }) => method === "POST" && changes).length;
const status = async (name: string) => {
  await stack.refresh(name);
  return made(name)["status"];
};
const later = (minutes: number) => stack.clock.advance(minutes * 60_000);

describe("what a resource holds", () => {
  it("is not deleted by the resource that held it before", async () => {
    await stack.up("a", { ...backup, triggers: { release: "1" } });
    const run = await stack.up("a", {
      ...backup,
      deletionPolicy: "retain",
      adopt: "latest",
      triggers: { release: "2" },
    });
    expect(run.step).toBe("replace");
    expect(deletions()).toBe(0);
    expect(await status("a")).toBe("available");
  });

  it("stays with it when it is adopted by its id, and triggers go with that", async () => {
    await stack.up("a", { ...volume, triggers: { release: "1" } });
    const adopt = String(made("a")["snapshotId"]);
    const run = await stack.up("a", { ...volume, deletionPolicy: "retain", adopt });
    expect(run).toMatchObject({ step: "update", warnings: [] });
    expect(deletions()).toBe(0);
  });

  it("makes room for a new one when it is replaced without a comparison", async () => {
    await stack.up("a", volume);
    const before = made("a")["snapshotId"];
    await stack.up("a", volume, undefined, { replace: true });
    expect(made("a")["snapshotId"]).not.toBe(before);
    expect([posts(), deletions()]).toEqual([2, 1]);
    expect(await status("a")).toBe("available");
  });

  it("is not deleted by another resource that goes while this one has adopted it", async () => {
    await stack.up("a", volume);
    const adopting = { ...volume, deletionPolicy: "retain", adopt: String(made("a")["snapshotId"]) };
    const run = stack.process();
    await stack.up("b", adopting, run.verbs);
    await run.verbs.delete(stack.held("a").id, made("a"));
    expect(deletions()).toBe(0);
    expect(await status("b")).toBe("available");
  });

  it("is another one for each of two resources that give the same name", async () => {
    const run = stack.process();
    await stack.up("a", { ...volume, name: "nightly" }, run.verbs);
    await stack.up("b", { ...volume, name: "nightly" }, run.verbs);
    expect(made("a")["snapshotId"]).not.toBe(made("b")["snapshotId"]);
    expect(posts()).toBe(2);
  });

  it("is never a sibling's, whose answer came while this one's was lost", async () => {
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "status", status: 502 });
    const first = stack.process();
    expect((await stack.up("a", app, first.verbs)).failure).toContain("run pulumi up again");
    await stack.up("b", app, first.verbs);
    later(5);
    await stack.up("a", app);
    expect(made("a")["snapshotId"]).not.toBe(made("b")["snapshotId"]);
    expect(made("a")["status"]).toBe("available");
  });
});

describe("what was asked for and never found", () => {
  const lose = async () => {
    stack.fault({ platform: "snapshooter", operation: "start-backup", fault: "status", status: 502 });
    expect((await stack.up("a", backup)).failure).toContain("502");
  };

  it("is not guessed at when it is destroyed: somebody else's snapshot stays", async () => {
    await lose();
    later(5);
    stack.emulator.snapshooter.addBackup(seed.snapshooter.emptyJobId, {});
    const run = await stack.destroy("a");
    expect(deletions()).toBe(0);
    expect(run.warnings.join()).toMatch(/the outcome of the request of .* is unknown; it may have taken ".*adopt: "/);
  });

  it("is not deleted after it was chosen with adopt", async () => {
    await lose();
    const chosen = stack.emulator.snapshooter.addBackup(seed.snapshooter.emptyJobId, {});
    const run = await stack.up("a", { ...backup, deletionPolicy: "retain", adopt: chosen.id });
    expect(run).toMatchObject({ step: "replace", warnings: [] });
    expect(deletions()).toBe(0);
    expect(await status("a")).toBe("available");
  });

  it("is not what appears long after the create's time is over", async () => {
    await lose();
    later(5 * 60);
    stack.emulator.snapshooter.addBackup(seed.snapshooter.emptyJobId, {});
    await stack.refresh("a");
    expect(made("a")["status"]).toBe("pending");
  });

  it("is claimed by a refresh with a word", async () => {
    stack.fault({ platform: "snapshooter", operation: "start-backup", fault: "reset-after-commit" });
    stack.fault({
      platform: "snapshooter",
      operation: "list-backups",
      fault: "status",
      status: 503,
      skip: 1,
      times: 40,
    });
    expect((await stack.up("a", backup)).failure).toContain("can't be read");
    stack.emulator.faults.clear();
    const run = await stack.refresh("a");
    expect(run.warnings.join()).toContain("is used as its result");
  });
});

describe("a run whose engine was killed after the snapshot was made", () => {
  const kill = (name: string) => stack.state.delete(name);

  it("leaves it to the next run, which takes no second one, whatever the order of its triggers", async () => {
    await stack.up("a", { ...app, triggers: { one: "1", two: "2" } });
    const before = made("a")["snapshotId"];
    kill("a");
    const run = await stack.up("a", { ...app, triggers: { two: "2", one: "1" } });
    expect(run.warnings.join()).toContain("it is recovered");
    expect([posts(), made("a")["snapshotId"]]).toEqual([1, before]);
  });

  it("leaves it to the next run also where the list is late to show it", async () => {
    await stack.up("a", app);
    const before = made("a")["snapshotId"];
    kill("a");
    stack.fault({ platform: "discloud", operation: "list-app-snapshots", fault: "list-lag", ms: 50_000, times: 3 });
    const run = await stack.up("a", app);
    expect(run.warnings.join()).toContain(`"${before}" and was stopped before its state was stored: it is recovered`);
    expect([posts(), made("a")["snapshotId"], made("a")["status"]]).toEqual([1, before, "available"]);
  });

  it("names it where it is gone by then", async () => {
    await stack.up("a", app);
    const before = String(made("a")["snapshotId"]);
    kill("a");
    later(5);
    stack.emulator.discloud.removeSnapshot(seed.discloud.appId, before);
    const run = await stack.up("a", app);
    expect(run.warnings.join()).toContain(`${before}" and was stopped`);
    expect(run.warnings.join()).toContain("another one is requested");
    expect(posts()).toBe(2);
  });

  it("is told of, and not taken for a new one, a day later", async () => {
    await stack.up("a", app);
    kill("a");
    later(24 * 60);
    const run = await stack.up("a", app);
    expect(run.warnings.join()).toContain("which is not in any stack");
    expect(posts()).toBe(2);
  });

  it("is forgotten once the state was seen to hold it", async () => {
    await stack.up("a", app);
    await stack.up("a", app);
    kill("a");
    await stack.up("a", app);
    expect(posts()).toBe(2);
  });

  it("while it went on with a pending one is measured from its own request", async () => {
    const target = { platform: "virtus", appId: seed.virtus.appId };
    stack.fault({ platform: "virtus", operation: "create-app-snapshot", fault: "reset-before-commit" });
    await stack.up("a", target);
    const pending = { ...stack.held("a") };
    later(40);
    stack.emulator.virtus.holdLists();
    stack.fault({ platform: "virtus", operation: "create-app-snapshot", fault: "reset-after-commit" });
    await stack.up("a", target);
    expect(posts()).toBe(2);
    stack.state.set("a", pending);
    later(1);
    expect((await stack.up("a", target)).failure).toContain("No second one is requested");
    expect(posts()).toBe(2);
  });
});

describe("the name of a snapshot on Samsung Cloud Platform", () => {
  it("is left alone where the program gives none and the snapshot was adopted", async () => {
    const adopting = { ...volume, deletionPolicy: "retain", adopt: seed.scp.snapshotId };
    await stack.up("a", adopting);
    await stack.refresh("a");
    expect((await stack.up("a", adopting)).step).toBe("same");
    await stack.up("a", { ...volume, deletionPolicy: "retain" });
    expect(stack.posts()).toBe(0);
  });

  it("is left alone where a young one was reused", async () => {
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, {
      name: "by-hand",
      createdAtMs: stack.clock.now(),
    });
    const reusing = { ...volume, deletionPolicy: "retain", reuseWithin: "1h" };
    await stack.up("a", reusing);
    expect((await stack.up("a", { ...reusing, onGone: "recreate" })).step).toBe("update");
    expect(stack.posts()).toBe(0);
  });

  it("and a description that the program no longer gives stay, without a diff after each refresh", async () => {
    await stack.up("a", { ...volume, description: "one" });
    await stack.up("a", volume);
    await stack.refresh("a");
    expect((await stack.up("a", volume)).step).toBe("same");
  });
});

describe("somebody else's snapshot of another name", () => {
  it("does not stand in for a request that was never carried out: the next up takes one", async () => {
    stack.fault({ platform: "scp", operation: "create-snapshot", fault: "reset-before-commit" });
    expect((await stack.up("a", volume)).failure).toMatch(/Whether a snapshot was created is not known yet/);
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, { name: "by hand" });
    stack.clock.advance(5 * 60_000);
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect(stack.held("a").props).toMatchObject({ status: "available", name: expect.stringMatching(/^a-/) });
    expect(stack.posts()).toBe(2);
  });
});

describe("a change in place", () => {
  it("of a snapshot that is gone says so, and what to do", async () => {
    await stack.up("a", { ...volume, description: "one" });
    stack.emulator.scp.virtualserver.removeSnapshot(String(stack.held("a").props["snapshotId"]));
    const changed = { ...volume, description: "two" };
    expect((await stack.up("a", changed)).failure).toMatch(/no longer exists.*run pulumi refresh, which records that/);
    await stack.refresh("a");
    expect((await stack.up("a", changed)).failure).toBeUndefined();
    expect(stack.held("a").props).toMatchObject({ status: "gone" });
  });
});

describe("a state that says next to nothing", () => {
  const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
  const imported = () =>
    stack.state.set("a", { id, inputs: { ...app }, props: { __provider: "text", __urn: urnOf("a") } });

  it("takes no new snapshot, and destroy names the one that stays", async () => {
    imported();
    expect((await stack.up("a", app)).step).toBe("same");
    expect(stack.posts()).toBe(0);
    await stack.destroy("a");
    expect(stack.told.at(-1)?.message).toContain(`kept on Discloud: snapshot "${seed.discloud.version}"`);
  });

  it("of a request that names no snapshot can't be read", async () => {
    const pending = `discloud/app/${seed.discloud.appId}/pending/2026-11-21T00%3A00%3A00.000Z`;
    stack.state.set("a", { id: pending, inputs: {}, props: { __provider: "text" } });
    expect((await stack.refresh("a")).failure).toContain("names a request");
  });
});

describe("a snapshot that was made and is not ready", () => {
  it("and vanishes leaves a diff that a refresh does not hide: the next up takes another", async () => {
    stack.emulator.snapshooter.timing.runningMs = Number.POSITIVE_INFINITY;
    expect((await stack.up("a", backup)).failure).toContain("not ready yet");
    stack.emulator.snapshooter.removeBackup(String(made("a")["snapshotId"]));
    stack.emulator.snapshooter.timing.runningMs = 1_000;
    await stack.refresh("a");
    expect(made("a")["status"]).toBe("failed");
    expect((await stack.up("a", backup)).step).toBe("replace");
    expect(made("a")["status"]).toBe("available");
  });
});
