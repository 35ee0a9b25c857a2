import { createHash } from "node:crypto";
import { type FaultRule, seed } from "../../emulator";
import { linkToSnapshot } from "../../provider/resources/functions";
import type { Properties } from "../../provider/resources/host";
import { Stack } from "./stack";

const discloud: Properties = { platform: "discloud", appId: seed.discloud.appId, verify: "archive" };
const virtus: Properties = { platform: "virtus", appId: seed.virtus.appId, verify: "archive" };
const database: Properties = { platform: "virtus", databaseId: seed.virtus.databaseId, verify: "archive" };
const dscloud: Properties = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest", verify: "archive" };
const snapshooter: Properties = {
  platform: "snapshooter",
  jobId: seed.snapshooter.jobId,
  deletionPolicy: "delete",
  verify: "archive",
};
const every: readonly [string, Properties][] = [
  ["Discloud", discloud],
  ["a Virtus Cloud app", virtus],
  ["a Virtus Cloud database", database],
  ["DS Cloud", dscloud],
];

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const props = () => stack.held("a").props;
const count = (operation: string) =>
  stack.emulator.requests.filter((request) => request.operation === operation).length;
const downloads = () => count("download");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const without = ({ verify: _verify, ...args }: Properties): Properties => args;
/** Makes every download of the platform fail this way, until `clear`. */
const onDownload = (platform: unknown, rule: object) =>
  stack.fault({ platform, operation: "download", times: "always", ...rule } as FaultRule);
const clear = () => stack.emulator.faults.clear();

/** Zip that claims to contain more than follows. */
const truncated = `PK\u0003\u0004\u0014${"\0".repeat(13)}\u0040\0\0\0\u0040\0\0\0\u0005\0\0\0a.txtand no more`;
const stored = (body: string, contentType = "application/zip") => ({ fault: "status", status: 200, body, contentType });

/** Contents of a store that are not a backup. */
const broken: readonly [string, object, RegExp][] = [
  ["a corrupt archive", { fault: "corrupt" }, /the zip is broken: it has a CRC that does not match/],
  ["a truncated archive", stored(truncated), /the zip is broken: it ends in the middle of /],
  ["no bytes", { fault: "empty-body" }, /it is empty/],
  ["another file", stored("<h1>moved</h1>", "application/octet-stream"), /it is not an archive/],
];
/** Reasons why bytes can't be read to their end. */
const unreadable: readonly [string, object, RegExp][] = [
  ["can't be reached", { fault: "reset-before-commit" }, /the connection to .* broke/],
  ["refuses the link", { fault: "status", status: 403 }, /answers HTTP 403/],
  ["breaks off each time", { fault: "cut" }, /the connection to .* broke|sent \d+ of \d+ bytes/],
  ["answers with a gateway's page", { fault: "html" }, /answers with an HTML page instead of the file/],
];

describe.each(every)("a verified snapshot of %s", (_title, args) => {
  it("is streamed once, and says what was found", async () => {
    expect(await stack.up("a", args)).toMatchObject({ warnings: [] });
    const { snapshotId, status } = props();
    expect(status).toBe("available");
    expect(props()).not.toHaveProperty("unfinished");
    expect(downloads()).toBe(1);
    const { verify: _verify, adopt: _adopt, ...target } = args;
    const { url } = await linkToSnapshot(stack.process().session, { ...target, id: snapshotId ?? "" });
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect(props()).toMatchObject({
      verifiedAt: expect.stringMatching(/^2026-11-21T\d\d:\d\d:\d\d\.\d{3}Z$/),
      verifiedBytes: bytes.length,
      sha256: sha256(bytes),
    });
    expect(await stack.up("a", args)).toMatchObject({ step: "same" });
    expect(downloads()).toBe(2);
  });

  it("is not downloaded by a refresh, which keeps what was found", async () => {
    await stack.up("a", args);
    const before = props();
    expect(await stack.refresh("a")).toMatchObject({ step: "refresh", warnings: [] });
    const { verifiedAt, verifiedBytes, sha256: hash } = before;
    expect(props()).toMatchObject({ status: "available", verifiedAt, verifiedBytes, sha256: hash });
    expect(await stack.up("a", args)).toMatchObject({ step: "same" });
    expect(downloads()).toBe(1);
  });

  it("can be asked for later, and no longer, without a replacement", async () => {
    await stack.up("a", without(args));
    const { id } = stack.held("a");
    const posts = stack.posts();
    expect(await stack.up("a", args)).toMatchObject({ step: "update", warnings: [] });
    expect(props()).toMatchObject({
      status: "available",
      verifiedBytes: expect.any(Number),
      sha256: expect.any(String),
    });
    expect(await stack.up("a", args)).toMatchObject({ step: "same" });
    const requests = stack.emulator.requests.length;
    expect(await stack.up("a", without(args))).toMatchObject({ step: "update", warnings: [] });
    expect(stack.emulator.requests).toHaveLength(requests);
    for (const name of ["verify", "verifiedAt", "verifiedBytes", "sha256"]) expect(props()).not.toHaveProperty(name);
    expect(await stack.up("a", without(args))).toMatchObject({ step: "same" });
    expect(stack.held("a").id).toBe(id);
    expect(stack.posts()).toBe(posts);
    expect(downloads()).toBe(1);
  });
});

describe("a snapshot whose store holds", () => {
  it.each(broken)("%s has failed, stays failed after a refresh, and is replaced", async (_title, rule, reason) => {
    onDownload("discloud", rule);
    const first = await stack.up("a", discloud);
    expect(first.failure).toMatch(reason);
    expect(first.failure).toMatch(
      /^\[discloud\] app \d+: snapshot ".*" of .* failed verification: .*\. The next pulumi up takes another$/,
    );
    expect(props()).toMatchObject({ status: "failed" });
    for (const name of ["verifiedAt", "verifiedBytes", "sha256"]) expect(props()).not.toHaveProperty(name);
    expect(downloads()).toBe(2);
    const refreshed = await stack.refresh("a");
    expect(refreshed.warnings).toEqual([expect.stringMatching(/is not usable: it failed verification: /)]);
    expect(props()["status"]).toBe("failed");
    expect(downloads()).toBe(2);
    clear();
    const { id } = stack.held("a");
    stack.clock.advance(60_000);
    expect(await stack.up("a", discloud)).toMatchObject({ step: "replace" });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
    expect(stack.held("a").id).not.toBe(id);
    expect(stack.posts()).toBe(2);
  });

  it("other bytes once is downloaded again, and only what is broken twice has failed", async () => {
    onDownload("discloud", { fault: "empty-body", times: 1 });
    expect(await stack.up("a", discloud)).toEqual({ step: "create", warnings: [] });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
    expect(downloads()).toBe(2);
  });

  it("a corrupt archive is accepted again where nobody asks for verification any more", async () => {
    onDownload("virtus", { fault: "corrupt" });
    await stack.up("a", virtus);
    expect(await stack.up("a", without(virtus))).toMatchObject({ step: "update", warnings: [] });
    expect(props()).toMatchObject({ status: "available" });
    expect(props()).not.toHaveProperty("brokenBecause");
    expect(await stack.up("a", without(virtus))).toMatchObject({ step: "same" });
    expect(count("create-app-snapshot")).toBe(1);
  });

  it("a corrupt archive fails the update that first asks for verification, and is replaced by the next", async () => {
    await stack.up("a", without(discloud));
    onDownload("discloud", { fault: "corrupt" });
    const run = await stack.up("a", discloud);
    expect(run).toMatchObject({
      step: "update",
      failure: expect.stringMatching(/failed verification: the zip is broken/),
    });
    expect(props()).toMatchObject({ status: "failed" });
    clear();
    stack.clock.advance(60_000);
    expect(await stack.up("a", discloud)).toMatchObject({ step: "replace" });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
  });
});

describe("a snapshot whose store", () => {
  it.each(unreadable)("%s is not proven: the next up verifies the same one", async (_title, rule, reason) => {
    onDownload("discloud", rule);
    const first = await stack.up("a", discloud);
    expect(first.failure).toMatch(reason);
    expect(first.failure).toMatch(
      /could not be verified: .*\. It is in the state: run pulumi up again, which verifies the same one/,
    );
    expect(props()["status"]).toBe("running");
    const { id } = stack.held("a");
    expect((await stack.refresh("a")).warnings).toEqual([
      expect.stringMatching(/is not verified: .*the next pulumi up verifies it/),
    ]);
    expect(props()["status"]).toBe("running");
    expect((await stack.up("a", discloud)).failure).toMatch(reason);
    clear();
    expect(await stack.up("a", discloud)).toMatchObject({ step: "update", warnings: [] });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
    expect(props()).not.toHaveProperty("unverifiedBecause");
    expect(stack.held("a").id).toBe(id);
    expect(count("create-snapshot")).toBe(1);
    expect(await stack.up("a", discloud)).toMatchObject({ step: "same" });
  });

  it("breaks off once is asked for the rest", async () => {
    onDownload("discloud", { fault: "cut", times: 1 });
    expect(await stack.up("a", discloud)).toEqual({ step: "create", warnings: [] });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
    expect(downloads()).toBe(2);
  });

  it("that is broken, no longer to be verified and gone by then is replaced", async () => {
    onDownload("discloud", { fault: "corrupt" });
    await stack.up("a", discloud);
    clear();
    stack.emulator.discloud.removeSnapshot(seed.discloud.appId, String(props()["snapshotId"]));
    stack.clock.advance(15 * 60_000);
    expect((await stack.up("a", without(discloud))).failure).toMatch(/can't be found/);
    expect(await stack.up("a", without(discloud))).toMatchObject({ step: "replace", warnings: [] });
    expect(props()["status"]).toBe("available");
  });

  it("that the list does not show yet is waited for", async () => {
    stack.emulator.virtus.setListLag(5 * 60_000);
    expect(await stack.up("a", database)).toMatchObject({ step: "create", warnings: [] });
    expect(props()).toMatchObject({ status: "available", verifiedBytes: expect.any(Number) });
    expect([count("create-database-snapshot"), downloads()]).toEqual([1, 1]);
  });

  it("takes long says how far it is", async () => {
    const { version } = stack.emulator.discloud.addSnapshot(seed.discloud.appId, { sizeBytes: 5_000_000 });
    onDownload("discloud", { fault: "status", status: 429, times: 3 });
    expect(await stack.up("a", { ...discloud, adopt: version })).toEqual({ step: "create", warnings: [] });
    expect(stack.announced).toContainEqual(expect.stringMatching(`^verifying snapshot "${version}": \\d MB so far$`));
  });

  it("is too slow for customTimeouts.create is asked again by the next up", async () => {
    onDownload("discloud", { fault: "stall" });
    const run = await stack.up("a", { ...discloud, timeouts: { create: "1s" } });
    expect(run.failure).toMatch(/could not be verified: its download was not over in time: customTimeouts allow more/);
    clear();
    expect(await stack.up("a", discloud)).toMatchObject({ step: "update", warnings: [] });
    expect(props()["status"]).toBe("available");
    expect(count("create-snapshot")).toBe(1);
  });

  it("can't be reached when verification is first asked for is asked again, after a refresh too", async () => {
    await stack.up("a", without(discloud));
    onDownload("discloud", { fault: "reset-before-commit" });
    expect((await stack.up("a", discloud)).failure).toMatch(/could not be verified: /);
    expect(props()["status"]).toBe("running");
    await stack.refresh("a");
    expect((await stack.up("a", discloud)).failure).toMatch(/could not be verified: /);
    expect(await stack.up("a", without(discloud))).toMatchObject({ step: "update", warnings: [] });
    expect(props()["status"]).toBe("available");
    clear();
    expect(await stack.up("a", discloud)).toMatchObject({ step: "update", warnings: [] });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
  });
});

it("a run that is killed while it verifies leaves behind what it took", async () => {
  onDownload("discloud", { fault: "reset-before-commit" });
  await stack.up("a", discloud);
  stack.state.clear();
  clear();
  expect(await stack.up("a", discloud)).toMatchObject({ step: "create" });
  expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
  expect(count("create-snapshot")).toBe(1);
});

describe("a SnapShooter backup", () => {
  const files = () => props()["files"] as { name: string; sha256?: string }[];
  const sizeOf = async (name: string) => {
    const { verify: _verify, deletionPolicy: _policy, ...target } = snapshooter;
    const id = String(props()["snapshotId"]);
    const link = await linkToSnapshot(stack.process().session, { ...target, id });
    return (await (await fetch(link.files?.[name] ?? "")).arrayBuffer()).byteLength;
  };

  it("is verified file by file, and files of another kind pass", async () => {
    stack.emulator.snapshooter.fileNames = ["a.sql", "b/c.sql.gz"];
    stack.fault({ platform: "snapshooter", operation: "download", ...stored("-- a dump", "text/plain") } as FaultRule);
    expect(await stack.up("a", snapshooter)).toMatchObject({ step: "create", warnings: [] });
    expect(downloads()).toBe(2);
    const dump = sha256(Buffer.from("-- a dump"));
    expect(files()).toMatchObject([
      { name: "a.sql", sha256: dump },
      { name: "b/c.sql.gz", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(props()).not.toHaveProperty("sha256");
    const { verifiedBytes } = props();
    const sizes = await Promise.all(files().map(({ name }) => sizeOf(name)));
    expect(sizes).toEqual([744, expect.any(Number)]);
    // The first file was a different one when it was verified.
    expect(verifiedBytes).toBe(9 + (sizes[1] ?? 0));
    await stack.refresh("a");
    expect(files()).toMatchObject([{ sha256: dump }, { sha256: expect.any(String) }]);
    expect(props()).toMatchObject({ status: "available", verifiedBytes });
    expect(await stack.up("a", snapshooter)).toMatchObject({ step: "same" });
    expect(await stack.up("a", without(snapshooter))).toMatchObject({ step: "update" });
    for (const file of files()) expect(file).not.toHaveProperty("sha256");
    expect(downloads()).toBe(4);
  });

  it("with one broken file has failed, and its replacement leaves it on the platform", async () => {
    stack.emulator.snapshooter.fileNames = ["a.sql.gz", "b.sql.gz"];
    for (const skip of [1, 3]) stack.fault({ platform: "snapshooter", operation: "download", skip, fault: "corrupt" });
    const run = await stack.up("a", snapshooter);
    expect(run.failure).toMatch(/failed verification: file "b\.sql\.gz": the zip is broken: /);
    const { snapshotId } = props();
    clear();
    const next = await stack.up("a", snapshooter);
    expect(next.step).toBe("replace");
    expect(next.warnings).toEqual([
      expect.stringMatching(
        /^kept on SnapShooter: snapshot .* \(it failed verification: .*; a replacement deletes no snapshot because of that/,
      ),
    ]);
    expect(count("delete-backup")).toBe(0);
    expect(stack.emulator.snapshooter.statusOf(String(snapshotId))).toBe("completed");
    expect(props()["status"]).toBe("available");
  });

  it("that is broken is deleted by a destroy, where deletionPolicy says so", async () => {
    onDownload("snapshooter", { fault: "corrupt" });
    await stack.up("a", snapshooter);
    expect(await stack.destroy("a")).toMatchObject({ warnings: [] });
    expect(count("delete-backup")).toBe(1);
  });

  it("without any bytes is broken", async () => {
    onDownload("snapshooter", { fault: "empty-body" });
    expect((await stack.up("a", snapshooter)).failure).toMatch(/failed verification: it holds no bytes/);
  });
});

describe("a snapshot that is adopted", () => {
  it.each([
    ["discloud", { ...discloud, adopt: "latest" }],
    ["dscloud", dscloud],
  ])("on %s is refused where it is broken, and manages nothing", async (platform, args) => {
    onDownload(platform, { fault: "corrupt" });
    const run = await stack.up("a", args);
    expect(run.failure).toMatch(
      /: snapshot ".*" (of .* )?can't be adopted: it failed verification: the zip is broken: .*\. Adopt another one by its id, or leave out verify$/,
    );
    expect(stack.state.size).toBe(0);
    clear();
    expect(await stack.up("a", args)).toMatchObject({ step: "create", warnings: [] });
    expect(props()).toMatchObject({ adopted: true, status: "available", sha256: expect.any(String) });
  });

  it("is held while its store can't be reached, and the next up verifies the same one", async () => {
    onDownload("dscloud", { fault: "reset-before-commit" });
    expect((await stack.up("a", dscloud)).failure).toMatch(/could not be verified: .* broke/);
    expect(props()).toMatchObject({ adopted: true, status: "running" });
    const { id } = stack.held("a");
    await stack.refresh("a");
    stack.emulator.dscloud.addBackup(seed.dscloud.appId);
    clear();
    expect(await stack.up("a", dscloud)).toMatchObject({ step: "update", warnings: [] });
    expect(props()).toMatchObject({ status: "available", sha256: expect.any(String) });
    expect(stack.held("a").id).toBe(id);
  });

  it("and turns out broken later fails every up, without another download, until the program decides", async () => {
    await stack.up("a", without(dscloud));
    onDownload("dscloud", { fault: "corrupt" });
    const words =
      /failed verification: the zip is broken: .*\. Adopt another one, or leave out verify to keep it as it is$/;
    expect((await stack.up("a", dscloud)).failure).toMatch(words);
    await stack.refresh("a");
    expect(props()["status"]).toBe("failed");
    expect(await stack.up("a", dscloud)).toMatchObject({ step: "update", failure: expect.stringMatching(words) });
    expect(downloads()).toBe(2);
    expect(await stack.up("a", without(dscloud))).toMatchObject({ step: "update", warnings: [] });
    expect(props()["status"]).toBe("available");
  });

  it("by reuseWithin counts only where it is intact; else another is taken", async () => {
    stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    const args = { ...database, reuseWithin: "1h" };
    onDownload("virtus", { fault: "corrupt", times: 2 });
    const run = await stack.up("a", args);
    expect(run).toMatchObject({ step: "create" });
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/^snapshot ".*" of .* is not reused: it failed verification: the zip is broken/),
    ]);
    expect(props()).toMatchObject({ adopted: false, status: "available", sha256: expect.any(String) });
    expect(await stack.up("b", args)).toMatchObject({ step: "create", warnings: [] });
    expect(stack.held("b").props).toMatchObject({ adopted: true, sha256: props()["sha256"] ?? "" });
    expect(count("create-database-snapshot")).toBe(1);
  });
});

it("a snapshot that is gone keeps what was found, and is not downloaded again", async () => {
  await stack.up("a", discloud);
  const { version } = props();
  stack.emulator.discloud.removeSnapshot(seed.discloud.appId, String(version));
  stack.clock.advance(3_600_000);
  await stack.refresh("a");
  expect(props()).toMatchObject({ status: "gone", sha256: expect.any(String) });
  expect(await stack.up("a", discloud)).toMatchObject({ step: "same" });
  expect(downloads()).toBe(1);
});

describe("check", () => {
  const check = (args: Properties) => stack.process().verbs.check({}, args).failures;

  it.each(["zip", true, "", ["archive"]])("refuses verify: %j, and says what to write", (verify) => {
    expect(check({ ...discloud, verify })).toEqual([
      { property: "verify", reason: expect.stringMatching(/^must be "archive", .*; or left out/) },
    ]);
  });

  it("refuses verify where nothing can be downloaded, and says where it exists", () => {
    const scp = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "retain", verify: "archive" };
    expect(check(scp)).toEqual([
      {
        property: "verify",
        reason: expect.stringMatching(
          /^unknown argument "verify" on Samsung Cloud Platform \(it exists on Virtus Cloud, DS Cloud, Discloud, SnapShooter\); remove it/,
        ),
      },
    ]);
  });
});
