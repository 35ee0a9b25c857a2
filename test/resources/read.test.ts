import { type FaultRule, seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack, urnOf } from "./stack";

const discloud: Properties = { platform: "discloud", appId: seed.discloud.appId };
const virtus: Properties = { platform: "virtus", appId: seed.virtus.appId };
const dscloud: Properties = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" };
const lists = { discloud: "list-app-snapshots", virtus: "list-app-snapshots", dscloud: "list-backups" } as const;
type App = keyof typeof lists;
const args: Record<App, Properties> = { discloud, virtus, dscloud };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());
const props = (name = "a") => stack.held(name).props;

/** Removes the snapshot of `a` from the platform, and leaves its target others. */
function remove(platform: App): void {
  const { emulator } = stack;
  const snapshotId = String(props()["snapshotId"]);
  if (platform === "discloud") emulator.discloud.removeSnapshot(seed.discloud.appId, snapshotId);
  if (platform === "dscloud") emulator.dscloud.removeBackup(seed.dscloud.appId, snapshotId);
  if (platform === "virtus") {
    const snapshots = emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present() ?? [];
    const held = snapshots.find(({ modifiedMs }) => new Date(modifiedMs).toISOString() === snapshotId);
    if (held !== undefined) emulator.virtus.removeSnapshot(seed.virtus.appId, held);
  }
  stack.clock.advance(24 * 3_600_000);
}

describe.each(["discloud", "virtus", "dscloud"] as const)("a refresh on %s", (platform) => {
  it("of a snapshot that is gone keeps it, says so, and shows no diff", async () => {
    await stack.up("a", args[platform]);
    const before = stack.held("a").id;
    remove(platform);
    const run = await stack.refresh("a");
    expect(run).toEqual({
      step: "refresh",
      warnings: [
        expect.stringMatching(/is gone from .*: .*The resource stays in the state \(onGone: "keep"\): change triggers/),
      ],
    });
    expect(props()).toMatchObject({ status: "gone" });
    expect(stack.held("a").id).toBe(before);
    expect((await stack.up("a", args[platform])).step).toBe("same");
    // A second refresh repeats the warning and changes nothing.
    const again = props();
    expect((await stack.refresh("a")).warnings).toHaveLength(1);
    expect(props()).toEqual(again);
  });

  it("of a snapshot that is gone drops it where it is to be recreated, and the next up takes another", async () => {
    const wish = { ...args[platform], onGone: "recreate" };
    await stack.up("a", wish);
    const { snapshotId } = props();
    remove(platform);
    expect(await stack.refresh("a")).toEqual({
      step: "drop",
      warnings: [expect.stringMatching(/is gone from .*It leaves the state \(onGone: "recreate"\)/)],
    });
    expect((await stack.up("a", wish)).step).toBe("create");
    expect(props()["snapshotId"]).not.toBe(snapshotId);
  });

  it("follows onGone as of the last up", async () => {
    await stack.up("a", args[platform]);
    expect((await stack.up("a", { ...args[platform], onGone: "recreate" })).step).toBe("update");
    remove(platform);
    expect((await stack.refresh("a")).step).toBe("drop");
  });

  const proofless: readonly (readonly [string, object])[] = [
    ["401", { fault: "status", status: 401 }],
    ["402", { fault: "status", status: 402 }],
    ["403 with HTML", { fault: "html", status: 403 }],
    ["429", { fault: "status", status: 429, body: {} }],
    ["500", { fault: "status", status: 500 }],
    ["cut JSON", { fault: "cut" }],
    ["an empty body", { fault: "empty-body" }],
    ["a gateway's 404", { fault: "html", status: 404 }],
    ["an odd shape", { fault: "wrong-shape" }],
  ];
  it.each(proofless)(
    "that is answered %s fails with the reason, and changes nothing in the state",
    async (_title, rule) => {
      await stack.up("a", { ...args[platform], onGone: "recreate" });
      if (platform === "discloud")
        stack.emulator.discloud.addSnapshot(seed.discloud.appId, { createdAtMs: Date.UTC(2026, 0, 1) });
      const before = structuredClone(stack.held("a"));
      remove(platform);
      stack.fault({ platform, operation: lists[platform], times: "always", ...rule } as FaultRule);
      const { failure } = await stack.refresh("a");
      expect(failure).toMatch(new RegExp(`^\\[${platform}\\] `));
      expect(stack.held("a")).toEqual(before);
    },
  );

  it("keeps the inputs that the program gave, so that the next preview shows nothing", async () => {
    const wish = { ...args[platform], triggers: { release: "1" }, timeouts: { create: "1h" } };
    await stack.up("a", wish);
    const before = structuredClone(stack.held("a"));
    await stack.refresh("a");
    expect(stack.held("a")).toEqual(before);
  });
});

describe("a refresh", () => {
  it("of a snapshot whose app is gone keeps it with status unknown, and names the way out", async () => {
    for (const platform of ["discloud", "virtus"] as const) await stack.up(platform, args[platform]);
    stack.emulator.discloud.removeApp(seed.discloud.appId);
    stack.emulator.virtus.removeTarget(seed.virtus.appId);
    for (const platform of ["discloud", "virtus"] as const) {
      const run = await stack.refresh(platform);
      expect(run.failure).toBeUndefined();
      expect(run.warnings).toEqual([expect.stringContaining(`pulumi state delete '${urnOf(platform)}'`)]);
      expect(props(platform)).toMatchObject({ status: "unknown" });
      expect((await stack.up(platform, args[platform])).step).toBe("same");
    }
  });

  it("makes a snapshot available again that is found again", async () => {
    await stack.up("a", virtus);
    const before = props();
    stack.emulator.virtus.setListLag(3_600_000);
    expect((await stack.refresh("a")).warnings[0]).toContain("35 minutes");
    expect(props()).toMatchObject({ status: "unknown", snapshotId: before["snapshotId"] });
    stack.emulator.virtus.setListLag(0);
    expect(await stack.refresh("a")).toEqual({ step: "refresh", warnings: [] });
    expect(props()).toEqual(before);
  });

  it("never changes when a snapshot was taken", async () => {
    await stack.up("a", { ...discloud, adopt: "latest" });
    expect(props()).not.toHaveProperty("createdAt");
    await stack.up("b", discloud);
    const { createdAt } = props("b");
    stack.emulator.discloud.utcOffsetMinutes = 0;
    await stack.refresh("b");
    expect(props("b")["createdAt"]).toBe(createdAt);
  });

  it("does not lose a credential's error, and names --run-program where it came from stack config", async () => {
    stack.config = {
      discloud: { token: stack.environment["DISCLOUD_TOKEN"], url: stack.environment["DISCLOUD_API_URL"] },
    };
    await stack.up("a", discloud);
    stack.emulator.discloud.access.revoked = true;
    const { failure } = await stack.refresh("a");
    expect(failure).toMatch(/connection "discloud".*--run-program/);
    expect(failure).not.toContain(stack.environment["DISCLOUD_TOKEN"]);
  });
});

describe("reading a snapshot by its id alone", () => {
  const read = (id: string, stored: Properties = {}) => stack.process().verbs.read(id, stored);

  it("shows it with all inputs and outputs, without managing it", async () => {
    const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
    expect(await read(id)).toEqual({
      id,
      inputs: {
        platform: "discloud",
        connection: "discloud",
        appId: seed.discloud.appId,
        deletionPolicy: "retain",
        onGone: "keep",
      },
      props: {
        platform: "discloud",
        connection: "discloud",
        appId: seed.discloud.appId,
        deletionPolicy: "retain",
        onGone: "keep",
        adopted: true,
        snapshotId: seed.discloud.version,
        version: seed.discloud.version,
        status: "available",
        sizeText: "127KB",
      },
    });
  });

  it.each([
    ["DS Cloud", `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(seed.dscloud.latestName)}`],
    ["a Virtus Cloud app", `virtus/app/${seed.virtus.appId}/${seed.virtus.snapshotName}/2024-06-26T07%3A05%3A40.000Z`],
  ])("works on %s", async (_title, id) => {
    expect(await read(id)).toMatchObject({ id, props: { status: "available" } });
  });

  it.each<[string, string, RegExp]>([
    [
      "that isn't there",
      `discloud/app/${seed.discloud.appId}/20010101-000000`,
      /there is no snapshot 20010101-000000 of app/,
    ],
    ["of an app that isn't there", "discloud/app/nowhere/20010101-000000", /there is no snapshot/],
    ["of another name", `virtus/app/${seed.virtus.appId}/other/2024-06-26T07%3A05%3A40.000Z`, /there is no snapshot/],
    [
      "of no platform",
      "heroku/app/1/2",
      /is not the id of a snapshot: it is written <platform>\/<kind>\/<target>\/<snapshot>/,
    ],
    ["of no such target", "discloud/database/1/2", /is not the id of a snapshot/],
    ["that is none", "20010101-000000", /is not the id of a snapshot/],
    ["with a broken escape", "discloud/app/1/%", /is not the id of a snapshot/],
    ["of every app", "discloud/app/all/20010101-000000", /name one app by its id/],
    ["of a folder", "virtus/app/../name/x", /must not consist of dots/],
  ])("fails for one %s", async (_title, id, message) => {
    await expect(Promise.resolve().then(() => read(id))).rejects.toThrow(message);
  });

  it("sends no request for an id that can't be one", async () => {
    await Promise.resolve()
      .then(() => read("virtus/app/../name/x"))
      .catch(() => {});
    expect(stack.emulator.requests).toEqual([]);
  });
});

describe("destroy", () => {
  it.each([
    ["discloud", discloud, `kept on Discloud: snapshot "20261120-233015" of app 1745338954955 (its API can't delete)`],
    ["virtus", virtus, /^kept on Virtus Cloud: snapshot /],
    ["dscloud", dscloud, /^kept on DS Cloud: snapshot "Backup at 2025-06-14 09:48:16" of app \w+ /],
  ])("on %s sends nothing, and says what stays, without a warning", async (_platform, wish, line) => {
    await stack.up("a", wish);
    const requests = stack.emulator.requests.length;
    const told = stack.told.length;
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(stack.told.slice(told).map(({ message }) => message)).toEqual([
      typeof line === "string" ? line : expect.stringMatching(line),
    ]);
    expect(stack.emulator.requests).toHaveLength(requests);
  });

  it("of one that is gone says nothing: nothing stays", async () => {
    await stack.up("a", dscloud);
    remove("dscloud");
    await stack.refresh("a");
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
  });

  it("of one that was never found says that it may have been made, and forgets the note of it", async () => {
    stack.fault({ platform: "virtus", operation: "create-app-snapshot", fault: "reset-before-commit" });
    await stack.up("a", virtus);
    expect((await stack.destroy("a")).warnings).toEqual([
      expect.stringMatching(
        /the outcome of the request of 2026-11-21T.* is unknown; Virtus Cloud lists nothing that it may have taken/,
      ),
    ]);
    expect(stack.journal.size).toBe(0);
  });

  it("works without any credential, since nothing is sent", async () => {
    await stack.up("a", discloud);
    stack.environment = {};
    expect((await stack.destroy("a")).failure).toBeUndefined();
  });
});
