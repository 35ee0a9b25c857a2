import { type FaultRule, seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack, urnOf } from "./stack";

const discloud: Properties = { platform: "discloud", appId: seed.discloud.appId };
const virtus: Properties = { platform: "virtus", appId: seed.virtus.appId };
const database: Properties = { platform: "virtus", databaseId: seed.virtus.databaseId };
const dscloud: Properties = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const onDiscloud = (rule: object) =>
  stack.fault({ platform: "discloud", operation: "create-snapshot", ...rule } as FaultRule);
const onVirtus = (rule: object) =>
  stack.fault({ platform: "virtus", operation: "create-app-snapshot", ...rule } as FaultRule);
const made = (name: string) => stack.held(name).props;
const versions = () =>
  (stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present() ?? []).map(({ version }) => version);
const virtusTimes = () =>
  (stack.emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present() ?? []).map(({ modifiedMs }) =>
    new Date(modifiedMs).toISOString(),
  );

describe("a create", () => {
  it("on Discloud takes one and shows it", async () => {
    expect(await stack.up("a", discloud)).toEqual({ step: "create", warnings: [] });
    expect(stack.posts()).toBe(1);
    expect(stack.held("a").id).toBe("discloud/app/1745338954955/20261120-233015");
    expect(made("a")).toEqual({
      ...discloud,
      connection: "discloud",
      deletionPolicy: "retain",
      onGone: "keep",
      __urn: urnOf("a"),
      __provider: "text",
      snapshotId: "20261120-233015",
      version: "20261120-233015",
      status: "available",
      createdAt: "2026-11-21T02:30:15.000Z",
      sizeText: "129KB",
      adopted: false,
      ownerId: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(stack.unsettled()).toBe(0);
  });

  it("on Virtus Cloud finds what it made by the list before and after", async () => {
    expect(await stack.up("a", virtus)).toEqual({ step: "create", warnings: [] });
    expect(stack.posts()).toBe(1);
    const modified = virtusTimes().at(-1) ?? "";
    expect(stack.held("a").id).toBe(
      `virtus/app/${seed.virtus.appId}/${seed.virtus.snapshotName}/${encodeURIComponent(modified)}`,
    );
    expect(made("a")).toMatchObject({
      snapshotId: modified,
      createdAt: modified,
      sizeBytes: 129_007,
      snapshotName: seed.virtus.snapshotName,
    });
    expect(made("a")).not.toHaveProperty("versionId");
  });

  it("of a Virtus Cloud database is known by its version", async () => {
    await stack.up("a", database);
    const versionId = stack.emulator.virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1)?.versionId;
    expect(stack.held("a").id).toBe(`virtus/database/${seed.virtus.databaseId}/${versionId}`);
    expect(made("a")).toMatchObject({ snapshotId: versionId, versionId });
  });

  it("on DS Cloud adopts the newest successful one and asks for nothing", async () => {
    expect(await stack.up("a", dscloud)).toEqual({ step: "create", warnings: [] });
    expect(stack.posts()).toBe(0);
    expect(made("a")).toMatchObject({
      snapshotId: seed.dscloud.latestName,
      backupName: seed.dscloud.latestName,
      adopted: true,
    });
  });

  it.each([
    ["Discloud", discloud],
    ["Virtus Cloud", virtus],
    ["DS Cloud", dscloud],
  ])("on %s is not repeated by a second up, nor after a refresh", async (_title, args) => {
    await stack.up("a", args);
    const posts = stack.posts();
    stack.fault({ platform: String(args["platform"]), fault: "list-shuffle", times: "always" });
    stack.clock.advance(3_600_000);
    expect((await stack.up("a", args)).step).toBe("same");
    const before = made("a");
    expect(await stack.refresh("a")).toEqual({ step: "refresh", warnings: [] });
    expect(made("a")).toEqual(before);
    expect((await stack.up("a", args)).step).toBe("same");
    expect(stack.posts()).toBe(posts);
  });

  it("waits for an app that is busy, as long as its time allows", async () => {
    stack.emulator.discloud.setBusy(seed.discloud.appId, 10);
    expect((await stack.up("a", discloud)).failure).toBeUndefined();
    expect(stack.posts()).toBe(11);
    expect(versions()).toHaveLength(2);
    expect(stack.announced.join()).toContain("busy");
  });

  it("is bounded by customTimeouts.create, and says that nothing was made", async () => {
    stack.emulator.discloud.setBusy(seed.discloud.appId, true);
    const startMs = stack.clock.now();
    const { failure } = await stack.up("a", { ...discloud, timeouts: { create: "2m" } });
    expect(failure).toMatch(/HTTP 409 .*past the time for this operation$/);
    expect(stack.clock.now() - startMs).toBeLessThanOrEqual(120_000);
    expect(stack.state.size).toBe(0);
    expect(stack.unsettled()).toBe(0);
    stack.emulator.discloud.setBusy(seed.discloud.appId, false);
    expect((await stack.up("a", discloud)).failure).toBeUndefined();
    expect(versions()).toHaveLength(2);
  });

  it("has half an hour on Discloud without one", async () => {
    const headers = { "retry-after": "899" };
    stack.fault({
      platform: "discloud",
      operation: "create-snapshot",
      fault: "status",
      status: 429,
      headers,
      times: 9,
    });
    const startMs = stack.clock.now();
    const { failure } = await stack.up("a", discloud);
    expect(failure).toMatch(/HTTP 429 .*past the time for this operation$/);
    const tookMs = stack.clock.now() - startMs;
    expect(tookMs).toBeGreaterThan(29 * 60_000);
    expect(tookMs).toBeLessThanOrEqual(30 * 60_000);
  });

  it("waits ten minutes for an app that stays busy, and says that nothing was made", async () => {
    stack.emulator.discloud.setBusy(seed.discloud.appId, true);
    const startMs = stack.clock.now();
    const { failure } = await stack.up("a", discloud);
    expect(failure).toMatch(/HTTP 409 .*; still so after 10 min and \d+ attempts$/);
    expect(stack.clock.now() - startMs).toBeLessThanOrEqual(10 * 60_000);
    expect(stack.state.size).toBe(0);
    expect(stack.unsettled()).toBe(0);
  });

  it.each<[string, object, RegExp]>([
    ["401", { fault: "status", status: 401 }, /check the credential of the connection "discloud"/],
    ["403", { fault: "status", status: 403 }, /HTTP 403/],
    ["404", { fault: "status", status: 404 }, /HTTP 404 App not found/],
  ])("that is refused with %s leaves nothing behind", async (_title, rule, message) => {
    onDiscloud(rule);
    expect((await stack.up("a", discloud)).failure).toMatch(message);
    expect(stack.state.size).toBe(0);
    expect(stack.unsettled()).toBe(0);
    expect(stack.posts()).toBe(1);
  });

  it("notes its request before it leaves, without any secret", async () => {
    let noted: unknown;
    const { journal } = stack;
    const set = journal.set.bind(journal);
    journal.set = (urn, intent) => {
      noted ??= { intent, posts: stack.posts() };
      return set(urn, intent);
    };
    await stack.up("a", discloud);
    expect(noted).toMatchObject({
      posts: 0,
      intent: { urn: urnOf("a"), request: { known: [seed.discloud.version] } },
    });
    expect(JSON.stringify(noted)).not.toContain(stack.environment["DISCLOUD_TOKEN"]);
  });
});

describe("an answer that is lost", () => {
  const losses: readonly (readonly [string, object])[] = [
    ["with the connection", { fault: "reset-after-commit" }],
    ["in the middle of its body", { fault: "cut" }],
    ["behind a gateway's 502", { fault: "html", status: 502, commit: true }],
    ["as an empty body", { fault: "empty-body" }],
    ["behind a redirect", { fault: "redirect", location: "/", commit: true }],
    ["as a shape that nothing describes", { fault: "status", status: 200, body: [], commit: true }],
  ];

  it.each(losses)(
    "%s costs no second snapshot: the one new one is taken, and the user is told",
    async (_title, rule) => {
      onDiscloud(rule);
      const run = await stack.up("a", discloud);
      expect(run.failure).toBeUndefined();
      expect(run.warnings).toEqual([
        expect.stringMatching(
          /was lost; the one new snapshot that has appeared since, .*20261120-2330.* is used as its result/,
        ),
      ]);
      expect(stack.posts()).toBe(1);
      expect(made("a")).toMatchObject({ snapshotId: versions().at(-1), status: "available", adopted: false });
      expect(stack.unsettled()).toBe(0);
    },
  );

  it.each(losses)("%s on Virtus Cloud likewise", async (_title, rule) => {
    onVirtus(rule);
    const run = await stack.up("a", virtus);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toHaveLength(1);
    expect(stack.posts()).toBe(1);
    expect(made("a")).toMatchObject({ snapshotId: virtusTimes().at(-1) });
  });

  it("with several new snapshots is refused, all named, and none is taken for it", async () => {
    onDiscloud({ fault: "foreign-snapshot", when: "after" });
    onDiscloud({ fault: "reset-after-commit" });
    const { failure = "" } = await stack.up("a", discloud);
    for (const version of versions().slice(1)) expect(failure).toContain(version);
    expect(failure).toMatch(/adopt: "/);
    expect(made("a")).toMatchObject({ status: "pending" });
    expect(made("a")).not.toHaveProperty("snapshotId");
    expect((await stack.up("a", discloud)).failure).toContain("Nothing shows which one");
    expect(stack.posts()).toBe(1);
  });

  it("of a request that never arrived is asked for again only when the list can't be late any more", async () => {
    onDiscloud({ fault: "reset-before-commit" });
    const first = await stack.up("a", discloud);
    expect(first.failure).toMatch(/Whether a snapshot was created is not known yet/);
    expect(stack.held("a").id).toMatch(/^discloud\/app\/1745338954955\/pending\/2026-11-21T02%3A30%3A/);
    expect(stack.posts()).toBe(1);
    // The second up waits out the rest of Discloud's minute before it sends another request.
    const sentMs = Date.parse((made("a")["unfinished"] as { requestedAt: string }).requestedAt);
    const second = await stack.up("a", discloud);
    expect(second.failure).toBeUndefined();
    expect(stack.posts()).toBe(2);
    const againMs = stack.emulator.requests.filter(({ changes }) => changes)[1]?.at ?? 0;
    expect(againMs - sentMs).toBeGreaterThanOrEqual(60_000);
    expect(versions()).toHaveLength(2);
  });

  it("is not asked for again while the list proves less than it did before", async () => {
    onDiscloud({ fault: "reset-before-commit" });
    await stack.up("a", discloud);
    stack.emulator.discloud.removeSnapshot(seed.discloud.appId, seed.discloud.version);
    stack.clock.advance(3_600_000);
    expect((await stack.up("a", discloud)).failure).toMatch(
      /the list proves nothing: the platform answers the same way where the plan has no snapshots/,
    );
    expect(stack.posts()).toBe(1);
  });

  it("leaves a diff until it is settled, which a refresh does not hide", async () => {
    onVirtus({ fault: "reset-before-commit" });
    await stack.up("a", virtus);
    const refreshed = await stack.refresh("a");
    expect(refreshed.warnings).toEqual([expect.stringContaining("is still unknown")]);
    const { verbs } = stack.process();
    const { id, props, inputs } = stack.held("a");
    expect(verbs.diff(id, props, inputs)).toEqual({ changes: true });
  });
});

describe("a list that is late, as Virtus Cloud's may be by 35 minutes", () => {
  it("is waited for within the create's own time, and nothing is asked for twice", async () => {
    stack.emulator.virtus.setListLag(20 * 60_000);
    const run = await stack.up("a", virtus);
    expect(run.failure).toBeUndefined();
    expect(stack.posts()).toBe(1);
    expect(made("a")).toMatchObject({ status: "available", snapshotId: virtusTimes().at(-1) });
  });

  it("leaves a pending id when the create's time is over; the next up finds it", async () => {
    stack.emulator.virtus.setListLag(30 * 60_000);
    const args = { ...virtus, timeouts: { create: "5m" } };
    const first = await stack.up("a", args);
    expect(first.failure).toMatch(
      /the platform accepted the snapshot .* run pulumi up again, which looks for the snapshot first/,
    );
    expect(stack.held("a").id).toMatch(/^virtus\/app\/[0-9a-z]+\/pending\/2026-11-21T02%3A30%3A15/);
    expect(made("a")).toMatchObject({ status: "pending", adopted: false });
    const early = await stack.up("a", args);
    expect(early.failure).toMatch(/the list may lag until 2026-11-21T03:05:1\d/);
    expect(stack.posts()).toBe(1);
    stack.clock.advance(26 * 60_000);
    const late = await stack.up("a", args);
    expect(late).toEqual({ step: "update", warnings: [] });
    expect(made("a")).toMatchObject({ status: "available", snapshotId: virtusTimes().at(-1) });
    expect(made("a")).not.toHaveProperty("unfinished");
    expect(stack.held("a").id).toContain("/pending/");
    await stack.refresh("a");
    expect(stack.held("a").id).toBe(
      `virtus/app/${seed.virtus.appId}/${seed.virtus.snapshotName}/${encodeURIComponent(virtusTimes().at(-1) ?? "")}`,
    );
    expect((await stack.up("a", args)).step).toBe("same");
    expect(stack.posts()).toBe(1);
  });

  it("is not followed by a second one while something has appeared that does not fit it", async () => {
    const { virtus: platform } = stack.emulator;
    platform.holdLists();
    await stack.up("a", { ...virtus, timeouts: { create: "1m" } });
    const own = platform.targets.get(seed.virtus.appId)?.snapshots.present().at(-1);
    if (own !== undefined) platform.removeSnapshot(seed.virtus.appId, own);
    stack.clock.advance(20 * 60_000);
    const foreign = platform.addSnapshot(seed.virtus.appId);
    platform.releaseLists();
    stack.clock.advance(20 * 60_000);
    const { failure = "" } = await stack.up("a", virtus);
    expect(failure).toContain(
      `the time of what has appeared since does not fit: "${foreign.name}/${new Date(foreign.modifiedMs).toISOString()}"`,
    );
    expect(stack.posts()).toBe(1);
  });

  it("finds it on a refresh too", async () => {
    stack.emulator.virtus.setListLag(30 * 60_000);
    await stack.up("a", { ...virtus, timeouts: { create: "5m" } });
    stack.clock.advance(30 * 60_000);
    expect(await stack.refresh("a")).toEqual({ step: "refresh", warnings: [] });
    expect(made("a")).toMatchObject({ status: "available", snapshotId: virtusTimes().at(-1) });
    expect(stack.held("a").id).not.toContain("pending");
  });

  it("with the answer lost takes no second one before all 35 minutes are over, and then one", async () => {
    onVirtus({ fault: "reset-before-commit" });
    expect((await stack.up("a", virtus)).failure).toContain("not known yet");
    const { requestedAt } = made("a")["unfinished"] as { requestedAt: string };
    for (let minutes = 1; minutes <= 33; minutes += 4) {
      expect((await stack.up("a", virtus)).failure).toContain("No second one is requested");
      expect(stack.posts()).toBe(1);
      stack.clock.advance(4 * 60_000);
    }
    expect((await stack.up("a", virtus)).failure).toBeUndefined();
    expect(stack.posts()).toBe(2);
    const againMs = stack.emulator.requests.filter(({ changes }) => changes)[1]?.at ?? 0;
    expect(againMs - Date.parse(requestedAt)).toBeGreaterThanOrEqual(35 * 60_000);
    expect(virtusTimes()).toHaveLength(4);
  });

  it("with the answer lost finds what was made when the list shows it", async () => {
    stack.emulator.virtus.setListLag(30 * 60_000);
    onVirtus({ fault: "reset-after-commit" });
    await stack.up("a", virtus);
    stack.clock.advance(31 * 60_000);
    const run = await stack.up("a", virtus);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([expect.stringContaining("the one new snapshot that has appeared since")]);
    expect(stack.posts()).toBe(1);
    expect(virtusTimes()).toHaveLength(4);
  });

  it("is not waited for where the answer names the version", async () => {
    Object.assign(stack.emulator.virtus.versionIds, { create: true, appList: true });
    stack.emulator.virtus.setListLag(30 * 60_000);
    const startMs = stack.clock.now();
    const run = await stack.up("a", virtus);
    expect(run).toEqual({ step: "create", warnings: [] });
    expect(stack.clock.now() - startMs).toBeLessThanOrEqual(40_000);
    const newest = stack.emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present().at(-1);
    expect(made("a")).toMatchObject({ snapshotId: newest?.versionId, status: "available" });
    // Within the lag a refresh proves nothing; after it the list shows the snapshot.
    expect((await stack.refresh("a")).warnings[0]).toContain("does not prove it gone");
    expect(made("a")).toMatchObject({ status: "unknown" });
    expect((await stack.up("a", virtus)).step).toBe("same");
    const { createdAt } = made("a");
    stack.clock.advance(31 * 60_000);
    expect((await stack.refresh("a")).warnings).toEqual([]);
    expect(made("a")).toMatchObject({ status: "available", createdAt });
  });
});

describe("snapshots of somebody else that appear meanwhile", () => {
  it("are not claimed on Discloud, whose answer names its own", async () => {
    onDiscloud({ fault: "foreign-snapshot", when: "before" });
    onDiscloud({ fault: "foreign-snapshot", when: "after" });
    const run = await stack.up("a", discloud);
    expect(run).toEqual({ step: "create", warnings: [] });
    expect(made("a")).toMatchObject({ snapshotId: "20261120-233016" });
    expect(versions().slice(1)).toEqual(["20261120-233015", "20261120-233016", "20261120-233017"]);
  });

  it("are not claimed on Virtus Cloud where the key names the version", async () => {
    Object.assign(stack.emulator.virtus.versionIds, { create: true, appList: true });
    onVirtus({ fault: "foreign-snapshot", when: "before" });
    onVirtus({ fault: "foreign-snapshot", when: "after" });
    const run = await stack.up("a", virtus);
    expect(run).toEqual({ step: "create", warnings: [] });
    const present = stack.emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present() ?? [];
    expect(made("a")).toMatchObject({ snapshotId: present[4]?.versionId });
  });

  it("are told from it by time on Virtus Cloud, and named in a warning", async () => {
    const foreign = stack.emulator.virtus;
    onVirtus({ fault: "slow", ms: 0 });
    const before = stack.clock.now();
    await stack.up("first", virtus);
    // A minute later somebody else's snapshot appears between the list and the response.
    stack.clock.advance(60_000);
    const far = foreign.addSnapshot(seed.virtus.appId, { modifiedMs: before + 240_000 });
    foreign.removeSnapshot(seed.virtus.appId, far);
    onVirtus({ fault: "foreign-snapshot", when: "after" });
    const run = await stack.up("second", virtus);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/nearest to it in time, others that appeared meanwhile are not: "/),
    ]);
    const times = virtusTimes();
    expect(run.warnings[0]).toContain(times.at(-1));
    expect(made("second")).toMatchObject({ snapshotId: times.at(-2) });
  });

  it("that are older than the request are never taken for its result, however late the list shows them", async () => {
    const { virtus: platform } = stack.emulator;
    platform.holdLists();
    platform.addSnapshot(seed.virtus.appId, { modifiedMs: stack.clock.now() - 10 * 60_000 });
    onVirtus({ fault: "reset-before-commit" });
    await stack.up("a", virtus);
    platform.releaseLists();
    const run = await stack.up("a", virtus);
    expect(run.failure).toContain("is not in the list");
    expect(made("a")).toMatchObject({ status: "pending" });
  });
});

describe("two Snapshots of one target in one run", () => {
  it("are taken one after the other and are two", async () => {
    const { verbs } = stack.process();
    const runs = await Promise.all([stack.up("a", virtus, verbs), stack.up("b", virtus, verbs)]);
    // The second create looks after the first snapshot exists: neither appears as somebody else's.
    expect(runs).toEqual([
      { step: "create", warnings: [] },
      { step: "create", warnings: [] },
    ]);
    expect(stack.held("a").id).not.toBe(stack.held("b").id);
    expect(virtusTimes()).toHaveLength(5);
    const order = stack.emulator.requests.map(({ operation, status }) => `${operation} ${status}`);
    const first = order.indexOf("create-app-snapshot 200");
    const second = order.lastIndexOf("create-app-snapshot 200");
    expect(order.slice(first + 1, second)).toContain("list-app-snapshots 200");
  });

  it("on Discloud too, in one second", async () => {
    const { verbs } = stack.process();
    await Promise.all(["a", "b", "c"].map((name) => stack.up(name, discloud, verbs)));
    expect(new Set(["a", "b", "c"].map((name) => stack.held(name).id)).size).toBe(3);
    expect(stack.posts()).toBe(3);
  });

  it("do not wait for each other's failure", async () => {
    onDiscloud({ fault: "status", status: 403 });
    const { verbs } = stack.process();
    const runs = await Promise.all([stack.up("a", discloud, verbs), stack.up("b", discloud, verbs)]);
    expect(runs.map(({ failure }) => failure === undefined).sort()).toEqual([false, true]);
  });

  it("one after the other each have their whole time", async () => {
    stack.emulator.virtus.setListLag(20 * 60_000);
    const args = { ...virtus, timeouts: { create: "30m" } };
    const { verbs } = stack.process();
    const runs = await Promise.all([stack.up("a", args, verbs), stack.up("b", args, verbs)]);
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    expect(stack.held("a").id).not.toBe(stack.held("b").id);
  });
});

describe("adopt", () => {
  it("latest takes the newest usable one, and keeps it while newer ones come", async () => {
    expect((await stack.up("a", { ...virtus, adopt: "latest" })).step).toBe("create");
    expect(made("a")).toMatchObject({ snapshotId: "2024-06-27T06:23:42.326Z", adopted: true });
    stack.emulator.virtus.addSnapshot(seed.virtus.appId);
    expect((await stack.up("a", { ...virtus, adopt: "latest" })).step).toBe("same");
    expect(stack.posts()).toBe(0);
  });

  it("an id takes that one", async () => {
    await stack.up("a", { ...discloud, adopt: seed.discloud.version });
    expect(stack.held("a").id).toBe(`discloud/app/${seed.discloud.appId}/${seed.discloud.version}`);
    expect(made("a")).toMatchObject({ adopted: true });
    expect(made("a")).not.toHaveProperty("createdAt");
    expect(stack.posts()).toBe(0);
  });

  it.each<[string, Properties, RegExp]>([
    [
      "an id that isn't there",
      { ...discloud, adopt: "20010101-000000" },
      /no snapshot "20010101-000000" to adopt: it lists "20241207-190711"/,
    ],
    [
      "latest where there is none",
      { platform: "discloud", appId: seed.discloud.emptyAppId, adopt: "latest" },
      /no usable snapshot to adopt: it lists no snapshots at all .*plan/,
    ],
    ["a backup that failed", { ...dscloud, adopt: seed.dscloud.failedName }, /can't be adopted: its status is failed/],
    [
      "on an app that isn't there",
      { ...discloud, appId: "nowhere", adopt: "latest" },
      /there is no such app \(check the id, and that the account of the connection "discloud" has it\)$/,
    ],
  ])("%s is refused and leaves nothing behind", async (_title, args, message) => {
    expect((await stack.up("a", args)).failure).toMatch(message);
    expect(stack.state.size).toBe(0);
    expect(stack.posts()).toBe(0);
  });

  it("set, changed to the id held, and removed is an update without any request", async () => {
    await stack.up("a", discloud);
    const requests = stack.emulator.requests.length;
    const { snapshotId } = made("a");
    for (const adopt of [snapshotId, "latest", undefined]) {
      const args = adopt === undefined ? discloud : { ...discloud, adopt };
      expect((await stack.up("a", args as Properties)).step).toBe("update");
      expect(made("a")).toMatchObject({ snapshotId });
      expect(made("a")["adopt"]).toBe(adopt);
    }
    expect(stack.emulator.requests).toHaveLength(requests);
  });

  it("of another id replaces, without taking one", async () => {
    await stack.up("a", discloud);
    const run = await stack.up("a", { ...discloud, adopt: seed.discloud.version });
    expect(run.step).toBe("replace");
    expect(made("a")).toMatchObject({ snapshotId: seed.discloud.version, adopted: true });
    expect(stack.posts()).toBe(1);
  });

  it("settles what was asked for and never found", async () => {
    onDiscloud({ fault: "foreign-snapshot", when: "after" });
    onDiscloud({ fault: "reset-after-commit" });
    await stack.up("a", discloud);
    const run = await stack.up("a", { ...discloud, adopt: versions().at(-1) ?? "" });
    expect(run.failure).toBeUndefined();
    expect(made("a")).toMatchObject({ snapshotId: versions().at(-1), status: "available", adopted: true });
    expect(stack.posts()).toBe(1);
    expect((await stack.up("a", { ...discloud, adopt: versions().at(-1) ?? "" })).step).toBe("same");
  });
});

describe("triggers", () => {
  it("that change take one new snapshot, and the old one stays with a word", async () => {
    await stack.up("a", { ...discloud, triggers: { release: "1" } });
    const old = made("a");
    stack.clock.advance(60_000);
    const run = await stack.up("a", { ...discloud, triggers: { release: "2" } });
    expect(run).toEqual({ step: "replace", warnings: [] });
    expect(stack.told.at(-1)?.message).toContain(
      `kept on Discloud: snapshot "${old["snapshotId"]}" of app 1745338954955`,
    );
    expect(made("a")).toMatchObject({ triggers: { release: "2" } });
    expect(made("a")["snapshotId"]).not.toBe(old["snapshotId"]);
    expect(stack.posts()).toBe(2);
  });

  it("on DS Cloud adopt the latest again", async () => {
    await stack.up("a", { ...dscloud, triggers: { release: "1" } });
    const added = stack.emulator.dscloud.addBackup(seed.dscloud.appId);
    const run = await stack.up("a", { ...dscloud, triggers: { release: "2" } });
    expect(run.step).toBe("replace");
    expect(made("a")).toMatchObject({ snapshotId: added.name, adopted: true });
    expect(stack.posts()).toBe(0);
  });

  it("whose new snapshot can't be taken leave the old one in the state", async () => {
    await stack.up("a", { ...discloud, triggers: { release: "1" } });
    const old = stack.held("a");
    onDiscloud({ fault: "status", status: 403 });
    expect((await stack.up("a", { ...discloud, triggers: { release: "2" } })).failure).toContain("403");
    expect(stack.held("a")).toEqual(old);
  });
});

describe("reuseWithin", () => {
  it("adopts a usable snapshot this young instead of taking another", async () => {
    const young = stack.emulator.virtus.addSnapshot(seed.virtus.appId);
    stack.clock.advance(3_600_000);
    await stack.up("a", { ...virtus, reuseWithin: "2h" });
    expect(made("a")).toMatchObject({ createdAt: new Date(young.modifiedMs).toISOString(), adopted: true });
    expect(stack.posts()).toBe(0);
  });

  it("takes one where all are older", async () => {
    stack.emulator.virtus.addSnapshot(seed.virtus.appId);
    stack.clock.advance(3_600_000);
    await stack.up("a", { ...virtus, reuseWithin: "59min" });
    expect(made("a")).toMatchObject({ adopted: false });
    expect(stack.posts()).toBe(1);
  });

  it("never counts a snapshot whose age is not known", async () => {
    await stack.up("a", { ...discloud, reuseWithin: "100y" });
    expect(made("a")).toMatchObject({ adopted: false });
    expect(stack.posts()).toBe(1);
  });

  it.each(["before", "after"])(
    "never picks the one that is being replaced, known by its time, when the list shows versions only %s",
    async (moment) => {
      stack.emulator.virtus.versionIds.appList = moment === "before";
      await stack.up("a", { ...virtus, triggers: { release: "1" } });
      const old = made("a");
      stack.emulator.virtus.versionIds.appList = moment === "after";
      stack.clock.advance(60_000);
      const run = await stack.up("a", { ...virtus, triggers: { release: "2" }, reuseWithin: "1h" });
      expect(run.failure).toBeUndefined();
      expect(run.step).toBe("replace");
      expect(stack.posts()).toBe(2);
      expect(made("a")).toMatchObject({ adopted: false });
      expect(made("a")["createdAt"]).not.toBe(old["createdAt"]);
    },
  );

  it("of a replacement picks another young one", async () => {
    await stack.up("a", { ...virtus, triggers: { release: "1" } });
    stack.clock.advance(60_000);
    const other = stack.emulator.virtus.addSnapshot(seed.virtus.appId);
    await stack.up("a", { ...virtus, triggers: { release: "2" }, reuseWithin: "1h" });
    expect(made("a")).toMatchObject({ createdAt: new Date(other.modifiedMs).toISOString(), adopted: true });
    expect(stack.posts()).toBe(1);
  });
});

describe("after a run that was killed", () => {
  /** Runs an up that is killed between its request and the response: only its journal entry is left. */
  async function killedRun(args: Properties, committed: boolean): Promise<void> {
    onDiscloud({ fault: committed ? "reset-after-commit" : "reset-before-commit" });
    stack.fault({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "status",
      status: 401,
      times: "always",
      skip: 1,
    });
    await stack.up("a", args);
    stack.state.clear();
    stack.emulator.faults.clear();
    // A killed run does not record that its request has ended.
    for (const [key, entry] of stack.journal) {
      const { endedAt: _killed, ...request } = entry.request;
      stack.journal.set(key, { ...entry, request });
    }
  }

  it("the next up adopts what was made", async () => {
    await killedRun(discloud, true);
    const run = await stack.up("a", discloud);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([expect.stringContaining("the one new snapshot that has appeared since")]);
    expect(stack.posts()).toBe(1);
    expect(made("a")).toMatchObject({ snapshotId: versions().at(-1) });
    expect(stack.unsettled()).toBe(0);
  });

  it("the next up takes one where nothing was made, once the list can't be late any more", async () => {
    await killedRun(discloud, false);
    // The platform may still be processing a request that nobody waited for.
    const { failure = "" } = await stack.up("a", discloud);
    const until = /the list may lag until (\S+)\. No second one is requested/.exec(failure)?.[1] ?? "";
    expect(Date.parse(until) - stack.clock.now()).toBeGreaterThan(9 * 60_000);
    stack.clock.advance(Date.parse(until) - stack.clock.now());
    expect((await stack.up("a", discloud)).failure).toBeUndefined();
    expect(stack.posts()).toBe(2);
    expect(versions()).toHaveLength(2);
  });

  it("the next up refuses to choose among several, and names them", async () => {
    await killedRun(discloud, true);
    stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    const { failure = "" } = await stack.up("a", discloud);
    for (const version of versions().slice(1)) expect(failure).toContain(version);
    expect(stack.posts()).toBe(1);
  });

  it("a changed program takes its own snapshot and is warned about the other", async () => {
    await killedRun(discloud, true);
    const run = await stack.up("a", { ...discloud, triggers: { release: "2" } });
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(
        /an earlier run was stopped .*it may have created "20261120-233015", which is not in any stack: .*adopt: "20261120-233015"/,
      ),
    ]);
    expect(stack.posts()).toBe(2);
    expect(stack.unsettled()).toBe(0);
  });

  it("another resource of the same target is not concerned", async () => {
    await killedRun(discloud, true);
    const run = await stack.up("b", discloud);
    expect(run).toEqual({ step: "create", warnings: [] });
    expect(stack.posts()).toBe(2);
  });
});
