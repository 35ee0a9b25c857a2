import fc from "fast-check";
import { seed } from "../../../emulator";
import type { ObservedSnapshot } from "../../../provider/model/snapshot";
import { newestFirst } from "../../../provider/model/snapshot";
import {
  createHints,
  downloadUrl,
  isMeant,
  keyExpiry,
  queryParameter,
  select,
  toSnapshot,
  unlisted,
} from "../../../provider/platforms/virtus/mapping";
import { listEntry } from "../../../provider/platforms/virtus/schemas";
import { describeArbitraryAnswers } from "../../contract/arbitrary-answers";
import { type Opened, openOnEmulator } from "../../contract/opened";
import { fixture } from "../../emulator/fixture";

const documented = fixture<{
  status: string;
  response: { name: string; size: number; modified: string; key: string }[];
}>("virtus", "list-snapshots");
const databaseKey =
  "AWSAccessKeyId=ABC&Expires=1757683751&Signature=a%2Bb%3D&versionId=0f1e2d3c-aaaa-4bbb-8ccc-123456789abc";
const name = "1d2cdc0d6ebd435c91315c6329d12eab";

function taken(createdAt: string, details: ObservedSnapshot["details"] = { snapshotName: name }): ObservedSnapshot {
  const versionId = details["versionId"];
  const snapshotId = typeof versionId === "string" ? versionId : createdAt;
  return { snapshotId, segments: [name, snapshotId], status: "available", createdAt, details };
}

describe("a key, which is the query of a link", () => {
  it.each<[string, string, string | undefined]>([
    ["AWSAccessKeyId=access key&Expires=1", "AWSAccessKeyId", "access key"],
    ["?Expires=1&Signature=a+b", "Signature", "a+b"],
    ["Signature=a%2Bb%3D", "Signature", "a+b="],
    ["Signature=a=b==", "Signature", "a=b=="],
    ["VERSIONID=v", "versionId", "v"],
    ["versionId=100%", "versionId", "100%"],
    ["versionId", "versionId", undefined],
    ["xversionId=v", "versionId", undefined],
    ["", "versionId", undefined],
  ])("%j holds %s: %j", (key, parameter, expected) => {
    expect(queryParameter(key, parameter)).toBe(expected);
  });

  it("gives back any value that was put into it", () => {
    const part = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(part, part, (value, other) => {
        const key = `other=${encodeURIComponent(other)}&versionId=${encodeURIComponent(value)}`;
        expect(queryParameter(key, "versionId")).toBe(value);
      }),
    );
  });

  it.each<[string, string | undefined]>([
    [databaseKey, "2025-09-12T13:29:11.000Z"],
    ["Expires=soon", undefined],
    ["Expires=1", undefined],
    ["X-Amz-Date=20261121T023015Z&X-Amz-Expires=3600", "2026-11-21T03:30:15.000Z"],
    ["X-Amz-Date=20269921T023015Z&X-Amz-Expires=3600", undefined],
    ["X-Amz-Expires=3600", undefined],
    ["", undefined],
  ])("%s stops working at %s", (key, expected) => {
    expect(keyExpiry(key)).toBe(expected);
  });
});

describe("an entry of the list", () => {
  it("is known by its time where its key names no version, as in the documented example", () => {
    const snapshots = documented.response.map((entry) => toSnapshot("app", entry));
    expect(new Set(snapshots.map(({ snapshotId }) => snapshotId)).size).toBe(documented.response.length);
    for (const [index, entry] of documented.response.entries()) {
      expect(snapshots[index]).toEqual({
        snapshotId: new Date(entry.modified).toISOString(),
        segments: [entry.name, new Date(entry.modified).toISOString()],
        status: "available",
        createdAt: new Date(entry.modified).toISOString(),
        sizeBytes: entry.size,
        details: { snapshotName: entry.name },
      });
    }
  });

  it("is known by its version where its key names one; a database's name says nothing", () => {
    const entry = { name: "d", size: 1, modified: "2025-08-13T13:29:11+00:00", key: databaseKey };
    const versionId = "0f1e2d3c-aaaa-4bbb-8ccc-123456789abc";
    expect(toSnapshot("database", entry)).toMatchObject({
      snapshotId: versionId,
      segments: [versionId],
      details: { versionId },
    });
    expect(toSnapshot("app", entry).segments).toEqual(["d", versionId]);
  });

  it("is refused with a name that no id can hold", () => {
    const entry = { name: "\ud800", modified: "2025-08-13T13:29:11Z", key: "" };
    expect(listEntry.safeParse(entry).success).toBe(false);
    expect(listEntry.safeParse({ ...entry, name: "🙂" }).success).toBe(true);
  });

  it("has no size where the list gives none", () => {
    const entry = { name, modified: "2025-08-13T13:29:11Z", key: "" };
    expect(toSnapshot("app", { ...entry, size: null })).not.toHaveProperty("sizeBytes");
    expect(toSnapshot("app", { ...entry, size: 0 })).toHaveProperty("sizeBytes", 0);
  });

  it("is meant by its id and, among an app's, by its name", () => {
    const entry = { name, size: 1, modified: "2024-06-26T07:05:40Z", key: "" };
    const snapshotId = "2024-06-26T07:05:40.000Z";
    expect(isMeant("app", entry, { snapshotId })).toBe(true);
    expect(isMeant("app", entry, { snapshotId, name })).toBe(true);
    expect(isMeant("app", entry, { snapshotId, name: "other" })).toBe(false);
    expect(isMeant("database", entry, { snapshotId, name: "other" })).toBe(true);
    expect(isMeant("app", entry, { snapshotId: "2024-06-26T07:05:41.000Z", name })).toBe(false);
  });

  it("sorts by its time, whatever precision it is written in", () => {
    const order = ["2024-06-27T06:23:42.326Z", "2024-06-27T06:23:42.000Z", "2024-06-26T07:05:40.000Z"];
    for (const given of [order, [...order].reverse(), [order[1], order[2], order[0]]]) {
      const sorted = newestFirst(given.map((createdAt) => taken(createdAt as string)));
      expect(sorted.map(({ createdAt }) => createdAt)).toEqual(order);
    }
  });
});

describe("a create's answer", () => {
  const base = "https://snapshots.virtuscloud.app/applications/299792458162607015";
  it.each<[string, string | null | undefined, string | null | undefined, Record<string, string>]>([
    ["names by its link", `${base}/${name}.zip?AWSAccessKeyId=access key`, "AWSAccessKeyId=access key", { name }],
    [
      "names a version by its key",
      `${base}/${name}.zip?x`,
      databaseKey,
      { name, versionId: "0f1e2d3c-aaaa-4bbb-8ccc-123456789abc" },
    ],
    ["names a version by its link", `${base}/${name}.zip?versionId=v1`, null, { name, versionId: "v1" }],
    ["names with escapes", `${base}/a%20b%2Fc.zip?x`, "", { name: "a b/c" }],
    ["names with a broken escape", `${base}/a%zz.zip?x`, "", { name: "a%zz" }],
    ["names nothing without .zip", `${base}/${name}?x`, "", {}],
    ["names nothing with .zip alone", `${base}/.zip?x`, "", {}],
    ["names nothing without a link", null, undefined, {}],
    ["names nothing by what is no link", "zip", "versionId=", {}],
  ])("%s", (_title, url, key, expected) => {
    expect(createHints(url, key)).toEqual(expected);
  });

  it("alone is enough to name the snapshot only with its version", () => {
    const nowMs = Date.UTC(2026, 10, 21);
    expect(unlisted("app", { name, versionId: "v1" }, nowMs)).toMatchObject({
      snapshotId: "v1",
      segments: [name, "v1"],
      createdAt: "2026-11-21T00:00:00.000Z",
    });
    expect(unlisted("app", { name }, nowMs)).toBeUndefined();
    expect(unlisted("app", { versionId: "v1" }, nowMs)).toBeUndefined();
  });
});

describe("which of the new entries a create has made", () => {
  const answeredMs = Date.UTC(2026, 10, 21, 2, 30, 15);
  const at = (seconds: number, details?: ObservedSnapshot["details"]) =>
    taken(new Date(answeredMs + seconds * 1000).toISOString(), details);

  it("the one of the version that the answer names, whatever else is nearer", () => {
    const own = at(-200, { snapshotName: name, versionId: "own" });
    const foreign = at(0, { snapshotName: name, versionId: "foreign" });
    expect(select({ name, versionId: "own" }, answeredMs, [foreign, own])).toEqual({
      outcome: "one",
      snapshot: own,
      others: [],
    });
    expect(select({ name, versionId: "own" }, answeredMs, [foreign])).toEqual({ outcome: "none" });
  });

  it("else the nearest of its name to the answer's date, with the others beside it", () => {
    const [early, near, late] = [at(-90), at(2), at(120)];
    expect(select({ name }, answeredMs, [late, near, early])).toEqual({
      outcome: "one",
      snapshot: near,
      others: [early, late],
    });
  });

  it("none of another name, and none that is minutes away", () => {
    expect(select({ name: "other" }, answeredMs, [at(0)])).toEqual({ outcome: "none" });
    expect(select({ name }, answeredMs, [at(301), at(-301)])).toEqual({ outcome: "none" });
    expect(select({ name }, answeredMs, [])).toEqual({ outcome: "none" });
  });

  it("the only one where the answer had no date; several are not guessed at", () => {
    expect(select({ name }, undefined, [at(0)])).toMatchObject({ outcome: "one", others: [] });
    expect(select({ name }, undefined, [at(0), at(1)])).toMatchObject({ outcome: "several" });
    expect(select({}, undefined, [])).toEqual({ outcome: "none" });
  });

  it("by the nearest where the answer names a version and the list shows no versions at all", () => {
    expect(select({ name, versionId: "own" }, answeredMs, [at(2), at(90)])).toMatchObject({
      outcome: "one",
      snapshot: at(2),
      others: [at(90)],
    });
  });
});

describe("a download link", () => {
  const entry = { name: "a b", key: "?AWSAccessKeyId=access key&Signature=a+b%2F=" };
  it("holds the key as it is, with only its space escaped", () => {
    expect(downloadUrl("https://s.org", "app", "299792458162607015", entry)).toBe(
      "https://s.org/applications/299792458162607015/a%20b.zip?AWSAccessKeyId=access%20key&Signature=a+b%2F=",
    );
  });
  it("of a database has another folder", () => {
    expect(downloadUrl("https://s.org", "database", "1", entry)).toContain("https://s.org/databases/1/");
  });
});

describe("Virtus Cloud over time", () => {
  const { appId, databaseId, accountId } = seed.virtus;
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("virtus");
  });
  afterEach(() => opened.emulator.close());
  const app = () => opened.target("appId", appId);

  it("says nothing of a snapshot that its list does not show within 35 minutes", async () => {
    const createdAt = new Date(opened.clock.now()).toISOString();
    const look = () => opened.platform.observe(app(), { snapshotId: createdAt, createdAt }, opened.scope());
    expect(await look()).toMatchObject({ outcome: "unproven", reason: expect.stringContaining("35 minutes") });
    opened.clock.advance(35 * 60_000 - 2_000);
    expect(await look()).toMatchObject({ outcome: "unproven" });
    opened.clock.advance(3_000);
    expect(await look()).toMatchObject({ outcome: "gone" });
  });

  it("keeps a snapshot known by its time when the list begins to show versions", async () => {
    const [before] = (await opened.platform.list(app(), opened.scope())).snapshots;
    const reference = { snapshotId: before?.snapshotId ?? "", name: seed.virtus.snapshotName };
    opened.emulator.virtus.versionIds.appList = true;
    const observed = await opened.platform.observe(app(), reference, opened.scope());
    expect(observed).toMatchObject({
      outcome: "found",
      snapshot: { snapshotId: before?.snapshotId, segments: before?.segments },
    });
  });

  it("does not call a version gone when the list stops showing versions", async () => {
    const database = opened.target("databaseId", databaseId);
    const [before] = (await opened.platform.list(database, opened.scope())).snapshots;
    opened.emulator.virtus.versionIds.databaseList = false;
    const reference = { snapshotId: before?.snapshotId ?? "" };
    expect(await opened.platform.observe(database, reference, opened.scope())).toMatchObject({ outcome: "unproven" });
  });

  it("is kept where the app itself is no longer the account's", async () => {
    opened.emulator.virtus.removeTarget(appId);
    const observed = await opened.platform.observe(app(), { snapshotId: "x" }, opened.scope());
    expect(observed).toEqual({ outcome: "unproven", reason: expect.stringContaining(appId) });
  });

  it("tells the five seconds, which it waits for, from the day's quota, which it does not", async () => {
    opened.emulator.faults.add({
      platform: "virtus",
      operation: "create-app-snapshot",
      fault: "status",
      status: 429,
      body: { status: "error", code: "KEEP_CALM" },
    });
    await opened.platform.create?.(app(), {}, opened.scope());
    expect(opened.clock.sleeps).toHaveLength(1);
    expect(opened.clock.sleeps[0]).toBeGreaterThanOrEqual(5_000);

    opened.emulator.virtus.planMemoryMb = 256;
    opened.clock.advance(10_000);
    await opened.platform.create?.(app(), {}, opened.scope());
    opened.clock.advance(10_000);
    const before = opened.changes();
    await expect(opened.platform.create?.(app(), {}, opened.scope())).rejects.toMatchObject({
      kind: "quota",
      code: "DAILY_SNAPSHOTS_LIMIT_REACHED",
      executed: "no",
    });
    expect(opened.changes()).toBe(before + 1);
  });

  it("keeps creates of the account five seconds apart before it has to refuse one", async () => {
    const database = opened.target("databaseId", databaseId);
    await opened.platform.create?.(app(), {}, opened.scope());
    await opened.platform.create?.(database, {}, opened.scope());
    expect(opened.changes()).toBe(2);
    const [first = 0, second = 0] = opened.emulator.requests.filter(({ changes }) => changes).map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(5_000);
  });

  it("looks the account of a link up, or takes the one of the connection", async () => {
    const [newest] = (await opened.platform.list(app(), opened.scope())).snapshots;
    const reference = { snapshotId: newest?.snapshotId ?? "" };
    const link = await opened.platform.downloadLink?.(app(), reference, opened.scope());
    expect(link?.url).toContain(`/applications/${accountId}/`);
    expect(opened.count("get-me")).toBe(1);
    const other = await openOnEmulator("virtus", { VIRTUS_ACCOUNT_ID: "17" });
    const linked = await other.platform.downloadLink?.(other.target("appId", appId), reference, other.scope());
    expect(linked?.url).toContain("/applications/17/");
    expect(other.count("get-me")).toBe(0);
    await other.emulator.close();
  });
});

describeArbitraryAnswers({
  platform: "virtus",
  argument: "appId",
  targetId: seed.virtus.appId,
  list: "list-app-snapshots",
  create: "create-app-snapshot",
  wellFormed: documented,
  holds(answer) {
    const { status, response } = (answer ?? {}) as { status?: unknown; response?: unknown };
    if (status !== "success" || !Array.isArray(response)) return undefined;
    const isEntry = (entry: Record<string, unknown> | null) =>
      typeof entry?.["name"] === "string" &&
      entry["name"] !== "" &&
      !/\p{Cs}/u.test(entry["name"]) &&
      typeof entry["key"] === "string" &&
      !/\p{Cs}/u.test(entry["key"]) &&
      (entry["size"] === undefined || entry["size"] === null || typeof entry["size"] === "number") &&
      typeof entry["modified"] === "string" &&
      /^\d{4}-.*(Z|[+-]\d\d:\d\d)$/.test(entry["modified"]) &&
      !Number.isNaN(Date.parse(entry["modified"]));
    return response.every(isEntry) ? response.length : undefined;
  },
});
