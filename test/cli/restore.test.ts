import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, type FaultRule, seed, startEmulator } from "../../emulator";
import { Command, program } from "./command";

const document = z.strictObject({
  resourceId: z.string(),
  status: z.enum(["accepted", "running", "completed", "failed", "unknown"]),
  startedAt: z.iso.datetime(),
});

const { jobId, backupId, fileId } = seed.snapshooter;
const { volumeId, snapshotId } = seed.scp;
const { databaseId } = seed.virtus;
const backup = `snapshooter/job/${jobId}/${backupId}`;
const newest = `scp/volume/${volumeId}/latest`;

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-restore-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  return new Command({ args: ["restore", ...args], env: { ...emulator.environment, PULUMI_HOME: folder, ...env } });
}

async function run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const command = start(args, env);
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

const fault = (rule: object) => emulator.faults.add(rule as FaultRule);
const volumes = () => emulator.scp.virtualserver;
const restores = () => [
  emulator.snapshooter.restores.length,
  volumes().reverts.length,
  emulator.virtus.restores.length,
];
const versionId = () => emulator.virtus.targets.get(databaseId)?.snapshots.present().at(-1)?.versionId ?? "";

/** Number of requests that this machine has recorded and whose outcome it has not delivered. */
function recorded(): number {
  const entries = path.join(folder, "pulumi-snapshots", "intents");
  return existsSync(entries) ? readdirSync(entries).length : 0;
}

/** Instant that a message names for `--again`. */
const instantIn = (stderr: string) => /--again (\S+Z)/.exec(stderr)?.[1] ?? "";

describe("restores once, and records nothing after it has said so:", () => {
  test.each<[string, () => string[], string, RegExp]>([
    ["a backup", () => [backup, "--confirm", jobId], "accepted", /SnapShooter accepted the restore/],
    ["files of it", () => [backup, "--confirm", jobId, "--files", fileId], "accepted", /overwrites .*test\.sql\.gz/],
    ["a volume", () => [newest, "--confirm", volumeId], "completed", /is "reverting".*\n.*is "available"/],
    [
      "a database",
      () => [`virtus/database/${databaseId}/${versionId()}`, "--confirm", databaseId],
      "accepted",
      /overwrites all data of database/,
    ],
  ])("%s", async (_what, args, status, says) => {
    const { code, stdout, stderr } = await run([...args(), "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(says) });
    const printed = document.parse(JSON.parse(stdout));
    expect(printed.status).toBe(status);
    expect(printed.resourceId).toBe(args()[0] === newest ? `scp/volume/${volumeId}/${snapshotId}` : args()[0]);
    expect(restores().reduce((sum, each) => sum + each)).toBe(1);
    expect(recorded()).toBe(0);
  });

  test("as a line, and once more each time that it is asked for", async () => {
    const first = await run([backup, "--confirm", jobId]);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(new RegExp(`^${backup}\\taccepted\\t\\d{4}-.*Z\\n$`));
    expect((await run([backup, "--confirm", jobId])).code).toBe(0);
    expect(restores()).toEqual([2, 0, 0]);
  });
});

describe("refuses before any request:", () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ["no confirmation", [backup], 1, new RegExp(`--confirm is missing: .*add --confirm ${jobId}`)],
    ["another target's id", [backup, "--confirm", "other"], 1, /confirm: target: must be "6f7c5f07.*is "other"/],
    ["another target's id with latest", [newest, "--confirm", "other"], 1, /confirm: target: must be "3f500f00/],
    ["a file twice", [backup, "--confirm", jobId, "--files", "1", "1"], 1, /files: must name each file once/],
    ["an app", [`discloud/app/${seed.discloud.appId}/latest`], 1, /not possible on Discloud .*docs\/restore\.md/],
    ["a Virtus Cloud app", [`virtus/app/${seed.virtus.appId}/latest`], 1, /databases only.*docs\/restore\.md/],
    ["a File Storage volume", [`scp/file-volume/${seed.scp.fileVolumeId}/latest`], 1, /docs\/restore\.md/],
    ["files of a volume", [newest, "--confirm", volumeId, "--files", "1"], 2, /restores a whole volume only/],
    ["an instant that is none", [backup, "--confirm", jobId, "--again", "now"], 2, /is not an instant with a zone/],
    ["no id", [], 2, /missing required argument 'id'/],
    ["an id that is none", ["job/1"], 2, /"job" is not a platform/],
    ["a pending id", [`snapshooter/job/${jobId}/pending/2026-11-21T03:00:00.000Z`], 2, /names a request/],
    ["an option that is none", [backup, "--yes"], 2, /unknown option '--yes'/],
  ])("%s", async (_what, args, code, says) => {
    const ended = await run(args);
    expect(ended).toEqual({ code, stdout: "", stderr: expect.stringMatching(says) });
    expect(emulator.requests).toEqual([]);
  });

  test("a missing credential, with the ways to set it", async () => {
    const { code, stderr } = await run([backup, "--confirm", jobId], { SNAPSHOOTER_TOKEN: undefined });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/SNAPSHOOTER_TOKEN; .*--stack/) });
  });
});

test("a network that can't be reached restores nothing and leaves nothing behind", async () => {
  const env = { SNAPSHOOTER_API_URL: "http://127.0.0.1:1/v1" };
  const { code, stdout, stderr } = await run([backup, "--confirm", jobId, "--json"], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/can't connect to 127\.0\.0\.1:1/);
  expect(recorded()).toBe(0);
});

test("what the platform refuses is said in its words, and can be asked for again", async () => {
  fault({ platform: "snapshooter", operation: "restore-backup", fault: "status", status: 422 });
  expect(await run([backup, "--confirm", jobId])).toMatchObject({ code: 1, stderr: expect.stringMatching(/HTTP 422/) });
  expect(recorded()).toBe(0);
  expect((await run([backup, "--confirm", jobId])).code).toBe(0);
});

describe("a lost answer", () => {
  const lose = () => fault({ platform: "snapshooter", operation: "restore-backup", fault: "reset-after-commit" });

  test("never restores again on its own: not the same, not other files, not another snapshot", async () => {
    lose();
    const lost = await run([backup, "--confirm", jobId, "--json"]);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toMatch(/may have started, and .* It is not requested again\. Check job .* --again /);
    const again = await run([backup, "--confirm", jobId]);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toMatch(/an earlier run requested this restore.*without another request\n/);
    expect(instantIn(again.stderr)).toBe(instantIn(lost.stderr));
    const others = [
      [backup, "--confirm", jobId, "--files", fileId],
      [`snapshooter/job/${jobId}/another`, "--confirm", jobId],
    ];
    for (const args of others) {
      const other = await run(args);
      expect(other.stderr).toMatch(
        new RegExp(`nothing is restored: an earlier run requested the restore of ${backupId}`),
      );
    }
    expect(restores()).toEqual([1, 0, 0]);
  });

  test("is given up for exactly one other restore by the instant of its request", async () => {
    lose();
    const instant = instantIn((await run([backup, "--confirm", jobId])).stderr);
    const wrong = await run([backup, "--confirm", jobId, "--again", "2026-01-01T00:00:00Z"]);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining(instant) });
    expect(restores()).toEqual([1, 0, 0]);
    expect((await run([backup, "--confirm", jobId, "--again", instant])).code).toBe(0);
    expect(restores()).toEqual([2, 0, 0]);
    const stale = await run([backup, "--confirm", jobId, "--again", instant]);
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringMatching(/has recorded none .*Leave it out/) });
    expect(restores()).toEqual([2, 0, 0]);
  });

  test("of a volume is found by its state, and waited for", async () => {
    volumes().revertingMs = 3000;
    fault({ platform: "scp", operation: "revert-volume", fault: "reset-after-commit" });
    const { code, stdout } = await run([newest, "--confirm", volumeId, "--json"]);
    expect(code).toBe(0);
    expect(document.parse(JSON.parse(stdout)).status).toBe("completed");
    expect(restores()).toEqual([0, 1, 0]);
  });
});

describe("a run that ends early", () => {
  test("by Ctrl-C before the request has left restores nothing, and says so", async () => {
    fault({ platform: "snapshooter", operation: "get-backup", fault: "hold", when: "before" });
    const command = start([backup, "--confirm", jobId]);
    await command.until(() => emulator.faults.active[0]?.holding === 1, "a request");
    expect(await command.stop("SIGINT")).toBe(130);
    expect(command.stderr).toMatch(/nothing was requested: job .* on SnapShooter is unchanged\n$/);
    expect(restores()).toEqual([0, 0, 0]);
    expect(recorded()).toBe(0);
  });

  test.each(["SIGINT", "SIGKILL"] as const)("by %s after it has left is not asked for again", async (signal) => {
    fault({ platform: "snapshooter", operation: "restore-backup", fault: "hold", when: "after" });
    const command = start([backup, "--confirm", jobId]);
    await command.until(() => emulator.faults.active[0]?.holding === 1, "a request");
    expect(await command.stop(signal)).toBe(signal === "SIGINT" ? 130 : signal);
    if (signal === "SIGINT")
      expect(command.stderr).toMatch(/has been sent, and its answer was not seen\. Run the same/);
    const next = await run([backup, "--confirm", jobId]);
    expect(next).toMatchObject({ code: 1, stderr: expect.stringMatching(/may have started.*not requested again/) });
    expect(restores()).toEqual([1, 0, 0]);
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "by %s while the platform works is watched on by the next",
    async (signal) => {
      volumes().revertingMs = 6000;
      const command = start([newest, "--confirm", volumeId]);
      await command.until(() => command.stderr.includes('is "reverting"'), "a state");
      expect(await command.stop(signal)).toBe(signal === "SIGINT" ? 130 : signal);
      if (signal === "SIGINT")
        expect(command.stderr).toMatch(/has been sent, and it continues on the platform\. Run the same/);
      expect(recorded()).toBe(1);
      const next = await run([newest, "--confirm", volumeId, "--json"]);
      expect(next.stderr).toMatch(/an earlier run requested this restore/);
      expect(document.parse(JSON.parse(next.stdout)).status).toBe("completed");
      expect(restores()).toEqual([0, 1, 0]);
      expect(recorded()).toBe(0);
    },
  );
});

describe("on a terminal", () => {
  /** Runs the command on its own terminal and types an answer once the command asks. */
  async function onTerminal(args: readonly string[], typed: string): Promise<{ code: number | null; shown: string }> {
    const command = [process.execPath, program, "restore", ...args];
    const quoted = command.map((part) => `'${part}'`).join(" ");
    const own = process.platform === "darwin" ? ["-q", "/dev/null", ...command] : ["-qec", quoted, "/dev/null"];
    const env = {
      ...emulator.environment,
      PULUMI_HOME: folder,
      PATH: process.env["PATH"],
      HOME: folder,
      TERM: "xterm",
    };
    const child = spawn("script", own, { env, stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    let hasTyped = false;
    child.stdout.on("data", (chunk) => {
      shown += chunk;
      if (hasTyped || !shown.includes("Type the id")) return;
      hasTyped = true;
      child.stdin.write(typed);
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    child.stdin.destroy();
    return { code, shown: shown.replaceAll("\r\n", "\n") };
  }

  test("it shows what is overwritten, and restores once the target's id is typed", async () => {
    const { code, shown } = await onTerminal([newest], `${volumeId}\n`);
    expect(shown).toMatch(
      new RegExp(`${snapshotId} overwrites volume ${volumeId} \\("data", 104 GiB\\).*can't be undone`),
    );
    expect({ code, restores: restores() }).toEqual({ code: 0, restores: [0, 1, 0] });
  });

  test.each([
    ["anything else", "yes\n", 1, /nothing was restored: "yes" is not 3f500f00/],
    ["nothing", "\n", 1, /nothing was restored: nothing was typed/],
    ["the end of the input", "\u0004", 1, /nothing was restored: nothing was typed/],
    ["Ctrl-C", "\u0003", 130, /nothing was requested: volume .* is unchanged/],
  ])("%s restores nothing", async (_what, typed, code, says) => {
    const ended = await onTerminal([newest], typed);
    expect(ended).toEqual({ code, shown: expect.stringMatching(says) });
    expect(restores()).toEqual([0, 0, 0]);
    expect(emulator.requests.filter(({ changes }) => changes)).toEqual([]);
  });
});

test("explains itself with --help and an example", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--confirm", "--files", "--again", "--json", "--connection", "--stack", "Examples:"]) {
    expect(stdout).toContain(part);
  }
});
