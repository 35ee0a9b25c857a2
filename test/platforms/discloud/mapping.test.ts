import fc from "fast-check";
import { type FaultRule, seed } from "../../../emulator";
import type { AssumedField, DiscloudAssumptions } from "../../../emulator/discloud";
import { accountEntries, newestFirst, toSnapshot, zoneOffsetMs } from "../../../provider/platforms/discloud/mapping";
import { versionItem } from "../../../provider/platforms/discloud/schemas";
import { describeArbitraryAnswers } from "../../contract/arbitrary-answers";
import { type Opened, openOnEmulator } from "../../contract/opened";

const hour = 3_600_000;

describe("the zone that Discloud does not tell", () => {
  it.each<[string, string, string, number | undefined]>([
    ["UTC", "20261121-023015", "2026-11-21T02:30:17Z", 0],
    ["Brazil", "20261120-233015", "2026-11-21T02:30:17Z", -3 * hour],
    ["Nepal", "20261121-081515", "2026-11-21T02:30:17Z", 5.75 * hour],
    ["the far east", "20261121-163015", "2026-11-21T02:30:17Z", 14 * hour],
    ["after a create of ten minutes", "20261120-233015", "2026-11-21T02:40:15Z", -3 * hour],
    ["a platform clock that is a little behind", "20261120-233015", "2026-11-21T02:29:45Z", -3 * hour],
    ["a version of another day", "20261119-023015", "2026-11-21T02:30:17Z", undefined],
    ["a version that is no time", "20261399-996199", "2026-11-21T02:30:17Z", undefined],
    ["a version of another form", "latest", "2026-11-21T02:30:17Z", undefined],
  ])("%s", (_title, version, answered, expected) => {
    const offset = zoneOffsetMs(version, Date.parse(answered));
    expect(offset === undefined ? undefined : offset + 0).toBe(expected);
  });

  it("follows from any own version, however long its create has taken", () => {
    const versionAt = (localMs: number) =>
      new Date(localMs).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    fc.assert(
      fc.property(
        fc.integer({ min: -48, max: 56 }),
        fc.integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2040, 0, 1) / 1000 }),
        fc.integer({ min: -59, max: 13 * 60 }),
        (quarters, takenSeconds, tookSeconds) => {
          const offset = zoneOffsetMs(
            versionAt((takenSeconds + quarters * 900) * 1000),
            (takenSeconds + tookSeconds) * 1000,
          );
          expect((offset ?? Number.NaN) + 0).toBe(quarters * 900_000);
        },
      ),
    );
  });
});

describe("a version of Discloud", () => {
  it("has no time while no zone is known, and the right one then", () => {
    expect(toSnapshot({ version: "20261120-233015" }, undefined)).not.toHaveProperty("createdAt");
    expect(toSnapshot({ version: "20261120-233015" }, -3 * hour).createdAt).toBe("2026-11-21T02:30:15.000Z");
    expect(toSnapshot({ version: "20261399-996199" }, -3 * hour)).not.toHaveProperty("createdAt");
  });

  it("believes a date only with a zone", () => {
    const item = { version: "20261120-233015" };
    expect(toSnapshot({ ...item, date: "2026-11-21T02:30:15Z" }, undefined).createdAt).toBe("2026-11-21T02:30:15.000Z");
    expect(toSnapshot({ ...item, date: "2026-11-20 23:30:15" }, undefined)).not.toHaveProperty("createdAt");
  });

  it("says its size as the API does, in text and in numbers", () => {
    expect(toSnapshot({ version: "20261120-233015", size: "39.9MB" }, undefined)).toMatchObject({ sizeText: "39.9MB" });
    expect(toSnapshot({ version: "20261120-233015", size: 130_048 }, undefined)).toMatchObject({ sizeText: "130048" });
    for (const size of [undefined, null]) {
      expect(toSnapshot({ version: "20261120-233015", size }, undefined)).not.toHaveProperty("sizeText");
    }
  });

  it("sorts by its name, newest first", () => {
    const order = ["20261121-000000", "20261120-235959", "20251231-235959"];
    const given = [order[1], order[2], order[0]].map((version) =>
      toSnapshot({ version: version as string }, undefined),
    );
    expect(newestFirst(given).map(({ snapshotId }) => snapshotId)).toEqual(order);
  });
});

describe("the entries of the account's list, whose fields are not documented", () => {
  const parse = (value: unknown) => versionItem.safeParse(value).data;
  const item = { version: "20261120-233015" };

  it.each<[string, Record<string, unknown>, unknown]>([
    ["under any name", { message: "ok", whatever: [{ appID: "1", ...item }] }, [{ appId: "1", item }]],
    ["with the app as appId", { backups: [{ appId: "1", ...item }] }, [{ appId: "1", item }]],
    ["with the app as app_id", { backups: [{ app_id: "1", ...item }] }, [{ appId: "1", item }]],
    ["with the app as an object", { backups: [{ app: { id: "1" }, ...item }] }, [{ appId: "1", item }]],
    ["with the app as a text", { backups: [{ app: "1", ...item }] }, [{ appId: "1", item }]],
    ["without the app", { backups: [{ ...item }] }, [{ appId: undefined, item }]],
    ["beside an empty list", { backups: [{ appID: "1", ...item }], errors: [] }, [{ appId: "1", item }]],
    ["that are none", { backups: [] }, []],
    ["in two lists: which one?", { backups: [{ ...item }], versions: [{ ...item }] }, undefined],
    ["in two empty lists: which one?", { backups: [], versions: [] }, undefined],
    ["in no list", { message: "ok" }, undefined],
    ["in an object", { backups: { 0: item } }, undefined],
    ["one of which has no version", { backups: [{ ...item }, { appID: "1" }] }, undefined],
    ["one of which has another version", { backups: [{ version: "v1" }] }, undefined],
    ["that are texts", { backups: ["20261120-233015"] }, undefined],
    ["that are null", { backups: [null] }, undefined],
  ])("%s", (_title, answer, expected) => {
    expect(accountEntries(answer, parse)).toEqual(expected);
  });

  it("never crash, whatever the answer holds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (answer) => {
        const entries = accountEntries(answer, parse);
        for (const entry of entries ?? []) expect(entry.item.version).toMatch(/^\d{8}-\d{6}$/);
      }),
    );
  });
});

describe("Discloud", () => {
  const { appId, emptyAppId, foreignAppId, version } = seed.discloud;
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("discloud");
  });
  afterEach(() => opened.emulator.close());
  const app = (id: string = appId) => opened.target("appId", id);
  const observe = (id: string = appId, snapshotId = version) =>
    opened.platform.observe(app(id), { snapshotId }, opened.scope());
  const assume = (field: keyof DiscloudAssumptions, change: AssumedField) => {
    Object.assign(opened.emulator.discloud.assumed[field], change);
  };
  /** Removes the only snapshot of the app, and leaves the account another. */
  function empty(): void {
    opened.emulator.discloud.addApp("other-app");
    opened.emulator.discloud.addSnapshot("other-app");
    opened.emulator.discloud.removeSnapshot(appId, version);
  }

  describe("an app's list that answers 404", () => {
    it("proves a snapshot gone together with the account's list and the app itself", async () => {
      empty();
      expect(await observe()).toMatchObject({ outcome: "gone", proof: expect.stringContaining("the app exists") });
      for (const operation of ["list-app-snapshots", "get-app", "list-snapshots"]) {
        expect(opened.count(operation)).toBeGreaterThan(0);
      }
    });

    it("proves nothing where the plan is refused", async () => {
      opened.emulator.discloud.planRefused = true;
      await expect(observe()).rejects.toMatchObject({
        kind: "notFound",
        message: expect.stringContaining("state delete"),
      });
    });

    it("proves nothing on an account whose only snapshots are gone", async () => {
      opened.emulator.discloud.removeSnapshot(appId, version);
      await expect(observe()).rejects.toMatchObject({ kind: "notFound" });
    });

    it("proves nothing where the app itself is not to be seen", async () => {
      opened.emulator.discloud.removeApp(appId);
      expect(await observe()).toMatchObject({ outcome: "unproven", reason: expect.stringContaining(appId) });
      expect(await observe(foreignAppId)).toMatchObject({ outcome: "unproven" });
    });

    it.each(["get-app", "list-snapshots"])("proves nothing where %s fails", async (operation) => {
      empty();
      opened.emulator.faults.add({ platform: "discloud", operation, fault: "status", status: 500, times: "always" });
      await expect(observe()).rejects.toThrow(/500/);
    });

    it("finds the snapshot where only the account's list shows it", async () => {
      opened.emulator.faults.add({
        platform: "discloud",
        operation: "list-app-snapshots",
        fault: "status",
        status: 404,
        body: { status: "error", message: "No backups found" },
      });
      expect(await observe()).toMatchObject({ outcome: "found", snapshot: { snapshotId: version } });
    });

    it("is an empty list that may not be the whole truth, for an app that exists", async () => {
      expect(await opened.platform.list(app(emptyAppId), opened.scope())).toMatchObject({
        snapshots: [],
        complete: false,
        serverTimeMs: Math.floor(opened.clock.now() / 1000) * 1000,
      });
    });

    it("does not stand for another app's snapshot of the same second", async () => {
      opened.emulator.discloud.addApp("other-app");
      const other = opened.emulator.discloud.addSnapshot("other-app", {
        createdAtMs: Date.UTC(2024, 11, 7, 22, 7, 11),
      });
      opened.emulator.discloud.removeSnapshot(appId, version);
      expect(other.version).toBe(version);
      expect(await observe()).toMatchObject({ outcome: "gone" });
    });
  });

  describe("a field that the documents leave open", () => {
    const wrong: readonly (readonly [string, AssumedField])[] = [
      ["missing", { omit: true }],
      ["renamed", { name: "renamed" }],
      ["a number", { value: () => 7 }],
      ["an object", { value: () => ({ deep: true }) }],
      ["null", { value: () => null }],
    ];

    describe.each(wrong)("%s", (_title, change) => {
      it.each(["versions", "versionsItemVersion"] as const)(
        "%s: an error, never an empty list or gone",
        async (field) => {
          assume(field, change);
          await expect(opened.platform.list(app(), opened.scope())).rejects.toMatchObject({ kind: "unexpectedAnswer" });
          await expect(observe()).rejects.toMatchObject({ kind: "unexpectedAnswer" });
          await expect(observe(appId, "20010101-000000")).rejects.toMatchObject({ kind: "unexpectedAnswer" });
        },
      );

      it.each(["accountItemVersion"] as const)("%s: no account list, and no proof", async (field) => {
        assume(field, change);
        await expect(opened.platform.listAccount?.(opened.scope())).rejects.toMatchObject({ kind: "unexpectedAnswer" });
        empty();
        await expect(observe()).rejects.toMatchObject({ kind: "notFound" });
      });

      it("accountItemAppId: no account list; for the proof a version of an unknown app counts as the app's", async () => {
        assume("accountItemAppId", change);
        await expect(opened.platform.listAccount?.(opened.scope())).rejects.toMatchObject({
          kind: "unexpectedAnswer",
          message: expect.stringContaining("Name an app with appId instead"),
        });
      });
    });

    it.each<[keyof DiscloudAssumptions, AssumedField]>([
      ["versionsItemSize", { omit: true }],
      ["versionsItemSize", { name: "renamed" }],
      ["versionsItemSize", { value: () => 130_048 }],
      ["versionsItemSize", { value: () => null }],
      ["versionsItemDate", { omit: true }],
      ["versionsItemDate", { name: "renamed" }],
      ["versionsItemDate", { value: () => null }],
      ["accountItemSize", { omit: true }],
      ["accountItemSize", { value: () => 1 }],
      ["accountItemDate", { name: "renamed" }],
      ["accountList", { name: "renamed" }],
    ])("%s as %j: the list stands", async (field, change) => {
      assume(field, change);
      const { snapshots } = await opened.platform.list(app(), opened.scope());
      expect(snapshots).toMatchObject([{ snapshotId: version, status: "available" }]);
      expect(await opened.platform.listAccount?.(opened.scope())).toMatchObject([{ target: { id: appId } }]);
    });

    it.each<[string, AssumedField]>([
      ["missing", { omit: true }],
      ["of another type", { value: () => "none" }],
      ["null", { value: () => null }],
    ])("the account's list itself %s: a clear error", async (_title, change) => {
      assume("accountList", change);
      await expect(opened.platform.listAccount?.(opened.scope())).rejects.toThrow(/Name an app with appId instead/);
    });

    it.each<[string, AssumedField]>([
      ["a number", { value: () => 7 }],
      ["an object", { value: () => ({}) }],
    ])("a date that is %s: the version stands without it", async (_title, change) => {
      assume("versionsItemDate", change);
      const result = await opened.platform.list(app(), opened.scope()).catch((error: unknown) => error);
      expect(result).toMatchObject({ snapshots: [{ snapshotId: version }] });
    });

    it.each<[string, AssumedField]>([
      ["a list", { value: () => [1] }],
      ["an object", { value: () => ({ bytes: 1 }) }],
    ])("a size that is %s: the version stands without it", async (_title, change) => {
      assume("versionsItemSize", change);
      const result = await opened.platform.list(app(), opened.scope()).catch((error: unknown) => error);
      expect(result).toMatchObject({ snapshots: [{ snapshotId: version }] });
    });
  });

  describe("the account's list", () => {
    it("is read page by page to its end, newest first", async () => {
      opened.emulator.discloud.rateLimit.limit = 10_000;
      for (let index = 0; index < 450; index++) {
        opened.emulator.discloud.addSnapshot(index % 2 === 0 ? appId : emptyAppId, {
          createdAtMs: Date.UTC(2026, 0, 1) + index * 60_000,
        });
      }
      const entries = (await opened.platform.listAccount?.(opened.scope())) ?? [];
      expect(entries).toHaveLength(451);
      const versions = entries.map(({ snapshot }) => snapshot.snapshotId);
      expect(versions).toEqual([...versions].sort().reverse());
    });

    it("proves no absence of what has moved to an earlier page while it was read", async () => {
      const operation = "list-snapshots";
      const item = (of: string) => ({ appID: of, version, size: "126KB", date: "2024-12-07 19:07:11" });
      const fault = (rule: object) =>
        opened.emulator.faults.add({ platform: "discloud", fault: "status", ...rule } as FaultRule);
      fault({ operation: "list-app-snapshots", status: 404, times: "always" });
      // Between the two pages an entry of the first is deleted; then there is no second one.
      fault({ operation, status: 200, body: { status: "ok", backups: [item(emptyAppId)] } });
      fault({ operation, status: 404 });
      fault({ operation, status: 200, body: { status: "ok", backups: [item(appId)] }, times: "always" });
      expect(await observe()).toMatchObject({ outcome: "found", snapshot: { snapshotId: version } });
    });

    it("is an error where it answers 404: no snapshots, or no plan", async () => {
      opened.emulator.discloud.removeSnapshot(appId, version);
      await expect(opened.platform.listAccount?.(opened.scope())).rejects.toMatchObject({ kind: "notFound" });
    });
  });

  it("takes the time of an own snapshot from its answer, and that of others from its zone", async () => {
    const before = await opened.platform.list(app(), opened.scope());
    expect(before.snapshots[0]).not.toHaveProperty("createdAt");
    const answer = await opened.platform.create?.(app(), {}, opened.scope());
    expect(answer?.snapshot).toMatchObject({
      snapshotId: "20261120-233015",
      createdAt: "2026-11-21T02:30:15.000Z",
      details: { version: "20261120-233015" },
    });
    const { snapshots } = await opened.platform.list(app(), opened.scope());
    expect(snapshots.map(({ createdAt }) => createdAt)).toEqual([
      "2026-11-21T02:30:15.000Z",
      "2024-12-07T22:07:11.000Z",
    ]);
  });

  it("learns its zone from the state of an own snapshot", async () => {
    const createdAt = "2024-12-07T22:07:12.000Z";
    const observed = await opened.platform.observe(app(), { snapshotId: version, createdAt }, opened.scope());
    expect(observed).toMatchObject({ outcome: "found", snapshot: { createdAt: "2024-12-07T22:07:11.000Z" } });
  });

  it("waits before the limit that its headers tell is hit", async () => {
    opened.emulator.discloud.rateLimit.limit = 2;
    for (let index = 0; index < 5; index++) await opened.platform.list(app(), opened.scope());
    expect(opened.emulator.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(opened.clock.sleeps).toHaveLength(2);
    expect(opened.announced.join()).toContain("rate limit is used up until");
  });

  it("does not take an answer about another app for this one's", async () => {
    opened.emulator.faults.add({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "status",
      status: 200,
      body: { status: "ok", app: { id: "other-app" }, versions: [] },
      times: "always",
    });
    await expect(observe()).rejects.toMatchObject({ kind: "unexpectedAnswer" });
  });

  it("takes an empty list of the app as proof, but not one that says error", async () => {
    const answer = (status: string) =>
      opened.emulator.faults.add({
        platform: "discloud",
        operation: "list-app-snapshots",
        fault: "status",
        status: 200,
        body: { status, message: "x", app: { id: appId }, versions: [] },
        times: "always",
      });
    answer("ok");
    expect(await observe()).toMatchObject({ outcome: "gone" });
    opened.emulator.faults.clear();
    answer("error");
    await expect(observe()).rejects.toMatchObject({ kind: "unexpectedAnswer" });
  });
});

describeArbitraryAnswers({
  platform: "discloud",
  argument: "appId",
  targetId: seed.discloud.appId,
  list: "list-app-snapshots",
  create: "create-snapshot",
  wellFormed: {
    status: "ok",
    message: "Backups loaded successfully",
    app: { id: seed.discloud.appId },
    versions: [
      { version: "20261120-233015", size: "127KB", date: "2026-11-20 23:30:15" },
      { version: "20241207-190711", size: "126KB", date: "2024-12-07 19:07:11" },
    ],
  },
  holds(answer) {
    const { status, app, versions } = (answer ?? {}) as { status?: unknown; app?: unknown; versions?: unknown };
    const isApp = app === undefined || app === null || (app as { id?: unknown }).id === seed.discloud.appId;
    const isStatus = status === undefined || status === null || (typeof status === "string" && status !== "error");
    if (!isApp || !isStatus || !Array.isArray(versions)) return undefined;
    const isItem = (item: Record<string, unknown> | null) =>
      typeof item?.["version"] === "string" && /^\d{8}-\d{6}$/.test(item["version"]);
    return versions.every(isItem) ? versions.length : undefined;
  },
});
