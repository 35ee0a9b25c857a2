import fc from "fast-check";
import { seed } from "../../../emulator";
import { newestFirst } from "../../../provider/model/snapshot";
import { downloadUrl, toSnapshot } from "../../../provider/platforms/dscloud/mapping";
import { listEntry } from "../../../provider/platforms/dscloud/schemas";
import { describeArbitraryAnswers } from "../../contract/arbitrary-answers";
import { type Opened, openOnEmulator } from "../../contract/opened";
import { fixture } from "../../emulator/fixture";

interface Entry {
  name: string;
  size: number;
  modified: string;
  key: string;
  created_at: string;
  is_successful: boolean;
}
const documented = fixture<{ status: string; response: Entry[] }>("dscloud", "list-backups");
const [first] = documented.response as [Entry];

describe("an entry of DS Cloud's list", () => {
  it("is known by its name and timed by its creation, whatever else its fields say", () => {
    for (const entry of documented.response) {
      expect(toSnapshot(entry)).toEqual({
        snapshotId: entry.name,
        segments: [entry.name],
        status: "available",
        createdAt: new Date(entry.created_at).toISOString(),
        sizeBytes: entry.size,
        details: { backupName: entry.name },
      });
    }
  });

  it.each([
    [true, "available"],
    [false, "failed"],
    [null, "unknown"],
    [undefined, "unknown"],
  ])("with is_successful %s is %s", (is_successful, status) => {
    expect(toSnapshot({ ...first, is_successful }).status).toBe(status);
  });

  it("sorts by its creation as an instant, whatever zones the texts are in", () => {
    const at = (created_at: string) => toSnapshot({ ...first, name: created_at, created_at });
    const order = ["2025-06-14T09:30:00-03:00", "2025-06-14T12:00:00+00:00", "2025-06-14T13:59:00+02:00"].map(at);
    for (const given of [order, [...order].reverse(), [order[1], order[2], order[0]]]) {
      expect(newestFirst(given as typeof order)).toEqual(order);
    }
  });

  it.each([
    ["a time without a zone", { created_at: "2024-12-07T22:07:11" }],
    ["a time that is none", { created_at: "yesterday" }],
    ["an empty name", { name: "" }],
    ["broken text for a name", { name: "Backup \ud800" }],
    ["no key", { key: undefined }],
    ["a word for its success", { is_successful: "true" }],
    ["a text for its size", { size: "1" }],
  ])("is refused with %s", (_title, change) => {
    expect(listEntry.safeParse({ ...first, ...change }).success).toBe(false);
  });

  it("is taken without a size, and with fields that nobody has heard of", () => {
    expect(listEntry.safeParse({ ...first, size: null, origin: "automatic" }).success).toBe(true);
  });
});

describe("a download link of DS Cloud", () => {
  it("has an underscore between account and name, the name encoded, and the whole key for a query", () => {
    expect(downloadUrl("https://backups.dscloud.pt", "482915037716283907", first)).toBe(
      `https://backups.dscloud.pt/482915037716283907_Backup%20at%202024-12-07%2022%3A07%3A11.zip?${first.key}`,
    );
  });

  it("stays one path segment and gives the name back, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const url = new URL(downloadUrl("https://backups.dscloud.pt", "1", { ...first, name }));
        expect(url.pathname.split("/")).toHaveLength(2);
        expect(decodeURIComponent(url.pathname)).toBe(`/1_${name}.zip`);
        expect(url.search).toBe(`?${first.key}`);
      }),
    );
  });
});

describe("DS Cloud", () => {
  const { appId, latestName, failedName, accountId } = seed.dscloud;
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("dscloud");
  });
  afterEach(() => opened.emulator.close());
  const app = () => opened.target("appId", appId);
  const observe = (reference: { snapshotId: string; createdAt?: string }) =>
    opened.platform.observe(app(), reference, opened.scope());

  /** Adds two backups of one name, which is possible since a name's time is exact to the second only. */
  function twins(): void {
    const twin = (created_at: string) => ({ ...first, name: "Backup at 2025-07-01 00:00:00", created_at });
    opened.emulator.faults.add({
      platform: "dscloud",
      operation: "list-backups",
      fault: "status",
      status: 200,
      body: { status: "success", response: [twin("2025-07-01T00:00:00+01:00"), twin("2025-07-01T00:00:00+02:00")] },
      times: "always",
    });
  }

  it("lists a backup that failed, and does not call it usable", async () => {
    const { snapshots } = await opened.platform.list(app(), opened.scope());
    expect(snapshots[0]).toMatchObject({ snapshotId: failedName, status: "failed" });
    expect(snapshots.find(({ status }) => status === "available")?.snapshotId).toBe(latestName);
  });

  it("proves nothing with an empty list", async () => {
    opened.emulator.dscloud.addApp("empty");
    const empty = { ...app(), id: "empty" };
    const observed = await opened.platform.observe(empty, { snapshotId: "x" }, opened.scope());
    expect(observed).toMatchObject({ outcome: "unproven", reason: expect.stringContaining("empty list") });
    expect((await opened.platform.list(empty, opened.scope())).complete).toBe(false);
  });

  it("tells two backups of one name apart by the time of their creation", async () => {
    twins();
    const snapshotId = "Backup at 2025-07-01 00:00:00";
    for (const createdAt of ["2025-06-30T23:00:00.000Z", "2025-06-30T22:00:00.000Z"]) {
      expect(await observe({ snapshotId, createdAt })).toMatchObject({ outcome: "found", snapshot: { createdAt } });
    }
  });

  it("picks none of two backups of one name where nothing tells them apart", async () => {
    twins();
    const snapshotId = "Backup at 2025-07-01 00:00:00";
    await expect(observe({ snapshotId })).rejects.toThrow(/2 backups share this name/);
    await expect(observe({ snapshotId, createdAt: "2025-07-02T00:00:00.000Z" })).rejects.toThrow(/share this name/);
  });

  it("does not mistake a plan that has no backups for backups that are gone", async () => {
    opened.emulator.dscloud.planRefused = true;
    await expect(observe({ snapshotId: latestName })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("Silver and higher plans"),
    });
  });

  it("gets over one 429, and asks nobody again before half an hour after a second one", async () => {
    opened.emulator.faults.add({
      platform: "dscloud",
      operation: "list-backups",
      fault: "status",
      status: 429,
      times: 2,
    });
    await opened.platform.list(app(), opened.scope(60 * 60_000));
    expect(opened.clock.sleeps).toEqual([10_000, 30 * 60_000]);
    expect(opened.announced[1]).toMatch(/trying again in 1800 s/);
  });

  it("needs the account for a link, and says where to set it", async () => {
    const without = await openOnEmulator("dscloud", { DSCLOUD_ACCOUNT_ID: undefined });
    const link = () => without.platform.downloadLink?.(app(), { snapshotId: latestName }, without.scope());
    await expect(link()).rejects.toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(/accountId .*--type string snapshots:dscloud\.accountId .*DSCLOUD_ACCOUNT_ID/),
    });
    expect(without.emulator.requests).toEqual([]);
    await without.emulator.close();
    const linked = await opened.platform.downloadLink?.(app(), { snapshotId: latestName }, opened.scope());
    expect(linked?.url).toContain(`/${accountId}_Backup%20at%20`);
    expect(linked).not.toHaveProperty("expiresAt");
  });
});

describeArbitraryAnswers({
  platform: "dscloud",
  argument: "appId",
  targetId: seed.dscloud.appId,
  list: "list-backups",
  wellFormed: documented,
  holds(answer) {
    const { status, response } = (answer ?? {}) as { status?: unknown; response?: unknown };
    if (status !== "success" || !Array.isArray(response)) return undefined;
    const optional = (value: unknown, type: string) => value === undefined || value === null || typeof value === type;
    const isEntry = (entry: Record<string, unknown> | null) =>
      typeof entry?.["name"] === "string" &&
      entry["name"] !== "" &&
      !/\p{Cs}/u.test(entry["name"]) &&
      typeof entry["key"] === "string" &&
      optional(entry["size"], "number") &&
      optional(entry["is_successful"], "boolean") &&
      typeof entry["created_at"] === "string" &&
      /^\d{4}-.*(Z|[+-]\d\d:\d\d)$/.test(entry["created_at"]) &&
      !Number.isNaN(Date.parse(entry["created_at"]));
    return response.every(isEntry) ? response.length : undefined;
  },
});
