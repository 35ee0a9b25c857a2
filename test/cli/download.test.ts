import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { type Emulator, type FaultRule, seed, startEmulator } from "../../emulator";
import { openArchiveCheck } from "../../provider/archive";
import { Command } from "./command";

const downloaded = z.strictObject({
  resourceId: z.string(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      bytes: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      archive: z.enum(["zip", "tar", "gzip", "unknown"]),
    }),
  ),
});

const verified = z.strictObject({
  resourceId: z.string(),
  ok: z.boolean(),
  problem: z.string().optional(),
  files: z.array(downloaded.shape.files.element.extend({ ok: z.boolean(), problem: z.string().optional() })),
});

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-download-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

const start = (...args: string[]) => new Command({ args, env: emulator.environment, cwd: folder });

async function run(...args: string[]) {
  const command = start(...args);
  const code = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr, bytes: command.bytes, json: () => command.json() };
}

const files = () => readdirSync(folder).sort();
const read = (name: string) => readFileSync(path.join(folder, name));
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const downloads = () => emulator.requests.filter(({ operation }) => operation === "download");
const break_ = (...rules: Omit<FaultRule & { fault: string }, "platform">[]) => {
  for (const rule of rules) emulator.faults.add({ ...rule, platform: "discloud" } as FaultRule);
};

async function isZip(bytes: Buffer): Promise<boolean> {
  const check = openArchiveCheck();
  await check.write(bytes);
  const { kind, problem } = await check.end();
  return kind === "zip" && problem === undefined;
}

const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
const name = `discloud-app-${seed.discloud.appId}-${seed.discloud.version}.zip`;

describe("download", () => {
  test("brings a snapshot to a file with a name made of its id, and says what it is", async () => {
    const { code, stdout, stderr } = await run("download", id);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(files()).toEqual([name]);
    const bytes = read(name);
    expect(bytes).toHaveLength(130_048);
    expect(await isZip(bytes)).toBe(true);
    expect(bytes.toString("latin1")).toContain(`discloud ${seed.discloud.appId} ${seed.discloud.version}\n`);
    expect(stdout).toBe(`${name}\t127.0 KiB\tzip\t${sha256(bytes)}\n`);
  });

  test.each([
    ["discloud", `app/${seed.discloud.appId}`, `discloud-app-${seed.discloud.appId}-20241207-190711.zip`],
    ["virtus", `app/${seed.virtus.appId}`, /^virtus-app-.*-2024-06-27T06_23_42.326Z\.zip$/],
    ["virtus", `database/${seed.virtus.databaseId}`, /^virtus-database-.*\.zip$/],
    ["dscloud", `app/${seed.dscloud.appId}`, /^dscloud-app-.*-Backup_at_2025-06-14_09_48_16\.zip$/],
    ["snapshooter", `job/${seed.snapshooter.jobId}`, /^snapshooter-job-.*\.sql\.gz$/],
  ])("brings the newest of %s %s, and sends no credential to its store", async (platform, target, expected) => {
    const { code, json, stderr } = await run("download", `${platform}/${target}/latest`, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = downloaded.parse(json());
    expect(result.resourceId).toMatch(new RegExp(`^${platform}/${target}/`));
    expect(result.resourceId).not.toContain("latest");
    const [file] = result.files;
    expect(files()).toEqual([file?.path]);
    expect(file?.path).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
    const bytes = read(file?.path ?? "");
    expect(file).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes), archive: "zip" });
    for (const { headerNames } of downloads()) {
      expect(headerNames).not.toEqual(expect.arrayContaining(["authorization"]));
      expect(headerNames).not.toEqual(expect.arrayContaining(["api-token"]));
    }
    expect(downloads()).toHaveLength(1);
  });

  test("goes to the file or the folder that is asked for, and to stdout", async () => {
    mkdirSync(path.join(folder, "there"));
    expect((await run("download", id, "-o", "own.zip")).code).toBe(0);
    expect((await run("download", id, "-o", "there")).code).toBe(0);
    expect((await run("download", id, "--output", "new/")).code).toBe(0);
    expect(files()).toEqual(["new", "own.zip", "there"]);
    const bytes = read("own.zip");
    expect(read(path.join("there", name))).toEqual(bytes);
    expect(read(path.join("new", name))).toEqual(bytes);
    const piped = await run("download", id, "-o", "-");
    expect(piped.code).toBe(0);
    expect(piped.bytes).toEqual(bytes);
    expect(piped.stderr).toBe(`${id}: 127.0 KiB, SHA-256 ${sha256(bytes)}, zip\n`);
  });

  test("replaces a file that exists with --force only", async () => {
    writeFileSync(path.join(folder, name), "mine");
    const refused = await run("download", id);
    expect(refused).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/exists: --force replaces it/),
    });
    expect(read(name).toString()).toBe("mine");
    expect(downloads()).toEqual([]);
    expect((await run("download", id, "--force")).code).toBe(0);
    expect(await isZip(read(name))).toBe(true);
  });

  describe("brings all files of a SnapShooter backup", () => {
    const names = [
      "../../../escape.sql",
      "/etc/passwd",
      "a/same.txt",
      "b/same.txt",
      "C:\\Windows\\con.txt",
      "..",
      "control\u0000\u001b[31m\n.gz",
      "x".repeat(400),
    ];

    test("into one folder, whatever they are called", async () => {
      const backup = emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: names });
      const own = `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`;
      const { code, json } = await run("download", own, "-o", "out", "--json");
      expect(code).toBe(0);
      const result = downloaded.parse(json());
      expect(result.files).toHaveLength(names.length);
      expect(files()).toEqual(["out"]);
      const inside = readdirSync(path.join(folder, "out"));
      expect(inside.sort()).toEqual(result.files.map((file) => path.relative("out", file.path)).sort());
      expect(inside).toEqual(
        expect.arrayContaining(["escape.sql", "passwd", "same.txt", "same-2.txt", "_con.txt", "file"]),
      );
      for (const file of inside) expect(file).toMatch(/^[^\p{C}/\\:]{1,210}$/u);
      for (const file of result.files) expect(sha256(read(file.path))).toBe(file.sha256);
    });

    test("and refuses to mix them on stdout, with 2", async () => {
      const backup = emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: ["a", "b"] });
      const own = `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`;
      const { code, stdout, stderr } = await run("download", own, "-o", "-");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/has 2 files: stdout takes one, -o a folder/);
    });
  });

  describe("goes on", () => {
    test("where a connection breaks, with a part and a new link", async () => {
      break_({ fault: "cut", operation: "download", times: 2 });
      emulator.discloud.addSnapshot(seed.discloud.appId, { sizeBytes: 4 * 1024 * 1024 });
      const { code, stdout, stderr } = await run("download", `discloud/app/${seed.discloud.appId}/latest`, "-o", "own");
      expect(code).toBe(0);
      expect(stderr).toMatch(/the connection to 127\.0\.0\.1:\d+ broke .*; going on where it was\n/);
      expect(stdout).toContain(sha256(read("own")));
      expect(await isZip(read("own"))).toBe(true);
      expect(downloads().map(({ headerNames }) => headerNames.includes("range"))).toEqual([false, true, true]);
      expect(new Set(downloads().map(({ path: link }) => link)).size).toBe(3);
    });

    test.each([401, 403, 404, 410])("with a new link where the one that it has answers %d", async (status) => {
      break_({ fault: "cut", operation: "download" }, { fault: "status", operation: "download", status } as never);
      const { code } = await run("download", id);
      expect(code).toBe(0);
      expect(await isZip(read(name))).toBe(true);
    });

    test("from the beginning where a store gives the whole only", async () => {
      break_({ fault: "cut", operation: "download" }, { fault: "whole", operation: "download", times: "always" });
      expect((await run("download", id)).code).toBe(0);
      expect(read(name)).toHaveLength(130_048);
      expect(await isZip(read(name))).toBe(true);
      break_({ fault: "cut", operation: "download" });
      const piped = await run("download", id, "-o", "-");
      expect(piped.code).toBe(0);
      expect(piped.bytes).toEqual(read(name));
    });

    test("from the beginning where the store has other bytes by now", async () => {
      const app = `app/${seed.virtus.appId}`;
      emulator.faults.add({ platform: "virtus", operation: "download", fault: "stall" });
      const first = start("download", `virtus/${app}/latest`, "-o", "own.zip");
      await first.until(() => emulator.requests.some(({ operation }) => operation === "download"), "a request");
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await first.stop("SIGINT")).toBe(130);
      emulator.virtus.addSnapshot(seed.virtus.appId, { sizeBytes: 90_000 });
      expect((await run("download", `virtus/${app}/latest`, "-o", "own.zip")).code).toBe(0);
      expect(read("own.zip")).toHaveLength(90_000);
      expect(await isZip(read("own.zip"))).toBe(true);
    });

    test("after Ctrl-C, in the next run", async () => {
      break_({ fault: "stall", operation: "download" });
      const first = start("download", id);
      const part = `${name}.part`;
      await first.until(() => downloads().length === 1 && existsSync(path.join(folder, `${part}.json`)), "a note");
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await first.stop("SIGINT")).toBe(130);
      expect(first.stderr).toMatch(/is kept in .*\.part: the same command goes on with it\n$/);
      expect(files()).toEqual([part, `${part}.json`]);
      const kept = read(part).length;
      expect(kept).toBe(130_048 / 2);

      const { code, stdout } = await run("download", id);
      expect(code).toBe(0);
      expect(files()).toEqual([name]);
      expect(await isZip(read(name))).toBe(true);
      expect(stdout).toContain(sha256(read(name)));
      expect(downloads().at(-1)).toMatchObject({ status: 206 });
    });

    test("with a part that has no note, and from the beginning where that is of something else", async () => {
      expect((await run("download", id)).code).toBe(0);
      const whole = read(name);
      writeFileSync(path.join(folder, "own.zip.part"), whole.subarray(0, 50_000));
      expect(await run("download", id, "-o", "own.zip")).toMatchObject({ code: 0, stderr: "" });
      expect(downloads().at(-1)?.status).toBe(206);
      writeFileSync(path.join(folder, "other.zip.part"), Buffer.alloc(50_000, "x"));
      expect((await run("download", id, "-o", "other.zip")).code).toBe(0);
      writeFileSync(path.join(folder, "full.zip.part"), whole);
      expect((await run("download", id, "-o", "full.zip")).code).toBe(0);
      expect(downloads().at(-1)?.status).toBe(416);
      for (const file of ["own.zip", "other.zip", "full.zip"])
        expect([file, read(file).equals(whole)]).toEqual([file, true]);
      expect(files()).toHaveLength(4);
    });

    test("not with a part of another snapshot", async () => {
      writeFileSync(path.join(folder, "own.zip.part"), "PK\u0003\u0004 of another one");
      const note = { resourceId: "discloud/app/1/20200101-000000", file: null, pid: 1, host: "another" };
      writeFileSync(path.join(folder, "own.zip.part.json"), JSON.stringify(note));
      expect((await run("download", id, "-o", "own.zip")).code).toBe(0);
      expect(downloads().map(({ status }) => status)).toEqual([200]);
      expect(await isZip(read("own.zip"))).toBe(true);
    });

    test("not with a part that another process writes", async () => {
      const note = { resourceId: id, file: null, pid: process.pid, host: hostname() };
      writeFileSync(path.join(folder, "own.zip.part.json"), JSON.stringify(note));
      const { code, stderr } = await run("download", id, "-o", "own.zip");
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`is being written by another download, process ${process.pid}`));
    });
  });

  test("makes the off-site copy that the guide shows", async () => {
    const guide = readFileSync(path.join(__dirname, "../../docs/command-line.md"), "utf8");
    const recipe = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
    const shown = recipe.find((block) => block.includes("sha256sum")) ?? "";
    const program = path.join(__dirname, "../../dist/sdk/cli/index.js");
    const script = shown
      .replace("pulumi-snapshots", `${process.execPath} ${program}`)
      .replaceAll("/mnt/offsite", folder);
    const copy = () =>
      promisify(execFile)("bash", ["-c", script], { env: { ...process.env, ...emulator.environment } });
    await copy();
    expect(files()).toEqual(["app.zip", "app.zip.sha256"]);
    expect(await isZip(read("app.zip"))).toBe(true);
    expect(read("app.zip.sha256").toString()).toContain(sha256(read("app.zip")));
    break_({ fault: "corrupt", operation: "download" });
    await expect(copy()).rejects.toMatchObject({ code: 1 });
  });

  describe("fails with 1, and leaves no file, where", () => {
    test.each<[string, FaultRule, RegExp]>([
      [
        "the archive is broken",
        { platform: "discloud", operation: "download", fault: "corrupt" },
        /the zip is broken: it has another CRC than the content of the entry "snapshot\.txt"; nothing of it is kept/,
      ],
      [
        "it is empty",
        { platform: "discloud", operation: "download", fault: "empty-body" },
        /it is empty; nothing of it is kept/,
      ],
      [
        "it is no archive",
        {
          platform: "discloud",
          operation: "download",
          fault: "status",
          status: 200,
          body: "text",
          contentType: "text/plain",
        },
        /it is no archive; nothing of it is kept/,
      ],
      [
        "the store answers a page",
        { platform: "discloud", operation: "download", fault: "html", times: "always" },
        /the store answers a page of HTML instead of the file/,
      ],
      [
        "the store refuses every link",
        { platform: "discloud", operation: "download", fault: "status", status: 403, times: "always" },
        /127\.0\.0\.1:\d+ answers HTTP 403/,
      ],
      [
        "the store redirects out of a protected connection",
        {
          platform: "discloud",
          operation: "download",
          fault: "redirect",
          location: "http://example.org/",
          times: "always",
        },
        /redirects to example\.org without https, which is not followed/,
      ],
      [
        "the platform gives no link",
        { platform: "discloud", operation: "get-download-link", fault: "status", status: 401, times: "always" },
        /\[discloud\] get a download link for app .*: HTTP 401 .*check the credential/,
      ],
    ])(
      "%s",
      async (_title, rule, message) => {
        emulator.faults.add(rule);
        const { code, stdout, stderr } = await run("download", id, "--json");
        expect(stderr).toMatch(message);
        expect(stderr).not.toMatch(/Signature|\n\s+at /);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(files().filter((file) => !file.endsWith(".part") && !file.endsWith(".json"))).toEqual([]);
        if (/nothing of it is kept/.test(stderr)) expect(files()).toEqual([]);
      },
      60_000,
    );

    test("the network can't be reached", async () => {
      await emulator.close();
      const { code, stderr } = await run("download", id);
      expect(code).toBe(1);
      expect(stderr).toMatch(/\[discloud\] .* can't connect to 127\.0\.0\.1:\d+/);
      expect(files()).toEqual([]);
      emulator = await startEmulator();
    });

    test("it does not exist, or the platform gives no bytes", async () => {
      const missing = await run("download", `discloud/app/${seed.discloud.appId}/20000101-000000`);
      expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no snapshot 20000101-000000/) });
      const none = await run("download", `snapshooter/job/${seed.snapshooter.emptyJobId}/latest`);
      expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no usable snapshot/) });
      const scp = await run("download", `scp/volume/${seed.scp.volumeId}/${seed.scp.snapshotId}`);
      expect(scp).toMatchObject({ code: 1, stderr: expect.stringMatching(/gives no download links/) });
    });

    test("a link would serve another snapshot", async () => {
      const [, older] = JSON.parse((await run("list", "virtus", `app/${seed.virtus.appId}`, "--json")).stdout);
      const { code, stderr } = await run("download", older.resourceId);
      expect(code).toBe(1);
      expect(stderr).toMatch(/names no version, and would serve a newer snapshot of the same name instead/);
    });

    test("the archive is broken after its bytes have left", async () => {
      break_({ fault: "corrupt", operation: "download" });
      const { code, stderr } = await run("download", id, "-o", "-");
      expect(code).toBe(1);
      expect(stderr).toMatch(/the zip is broken/);
    });
  });

  test.each<[string, readonly string[], RegExp]>([
    ["no id", [], /missing required argument 'id'/],
    ["an id that is none", ["discloud"], /"discloud" is not the id of a snapshot: it is written/],
    ["a platform that is none", ["heroku/app/1/2"], /"heroku" is no platform/],
    ["a kind that is none", ["discloud/job/1/2"], /is not the id of a snapshot/],
    ["a pending one", ["discloud/app/1/pending/2026-01-01T00:00:00.000Z"], /names a request/],
    ["two documents on stdout", [id, "-o", "-", "--json"], /--json and -o - both want stdout/],
    ["an option that is none", [id, "--quiet"], /unknown option/],
  ])("refuses %s with 2, before any request", async (_title, args, message) => {
    const { code, stdout, stderr } = await run("download", ...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(emulator.requests).toEqual([]);
  });
});

describe("verify", () => {
  test("does the same and keeps nothing", async () => {
    break_({ fault: "cut", operation: "download" });
    const { code, json } = await run("verify", id, "--json");
    expect(code).toBe(0);
    const result = verified.parse(json());
    expect(result).toMatchObject({ resourceId: id, ok: true, files: [{ bytes: 130_048, archive: "zip", ok: true }] });
    expect(files()).toEqual([]);
    const table = await run("verify", id);
    expect(table.stdout).toBe(`${id}\t127.0 KiB\tzip\tok\t${result.files[0]?.sha256}\n`);
  });

  test("ends with 3 where the archive is broken, and says how", async () => {
    break_({ fault: "corrupt", operation: "download", times: "always" });
    const { code, json, stderr } = await run("verify", id, "--json");
    expect(code).toBe(3);
    const result = verified.parse(json());
    expect(result.ok).toBe(false);
    expect(result.problem).toMatch(/the zip is broken: it has another CRC/);
    expect(stderr).toMatch(/the zip is broken/);
    expect((await run("verify", id)).stdout).toMatch(/\tbroken\t/);
  });

  test("ends with 1 where it can't be seen whether it is broken", async () => {
    break_({ fault: "status", operation: "download", status: 503, times: "always" } as never);
    const { code, stdout } = await run("verify", id, "--json");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  }, 60_000);

  test("checks every file of a SnapShooter backup, and lets files of other kinds pass", async () => {
    const backup = emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: ["a.sql", "b.sql"] });
    emulator.faults.add({
      platform: "snapshooter",
      operation: "download",
      fault: "status",
      status: 200,
      body: "-- a dump",
      contentType: "text/plain",
    });
    const { code, json } = await run("verify", `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`, "--json");
    expect(code).toBe(0);
    expect(verified.parse(json()).files).toMatchObject([
      { path: "a.sql", archive: "unknown", bytes: 9, ok: true },
      { path: "b.sql", archive: "zip", ok: true },
    ]);
  });

  test("stops on Ctrl-C with 130", async () => {
    break_({ fault: "stall", operation: "download" });
    const command = start("verify", id);
    await command.until(() => downloads().length === 1, "a request");
    expect(await command.stop("SIGINT")).toBe(130);
  });

  test.each(["download", "verify"])("%s explains itself with --help and an example", async (verb) => {
    const { code, stdout } = await run(verb, "--help");
    expect(code).toBe(0);
    for (const part of ["--json", "--connection", "--stack", "Examples:", "/latest"]) expect(stdout).toContain(part);
  });
});
