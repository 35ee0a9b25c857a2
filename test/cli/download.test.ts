import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type FaultRule, seed } from "../../emulator";
import { Downloads, downloaded, id, isZip, name, sha256 } from "./downloads";

let at: Downloads;
beforeEach(async () => {
  at = await Downloads.open();
});
afterEach(() => at.close());

describe("download", () => {
  test("brings a snapshot to a file with a name made of its id, and says what it is", async () => {
    const { code, stdout, stderr } = await at.run("download", id);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(at.files()).toEqual([name]);
    const bytes = at.read(name);
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
    const { code, json, stderr } = await at.run("download", `${platform}/${target}/latest`, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = downloaded.parse(json());
    expect(result.resourceId).toMatch(new RegExp(`^${platform}/${target}/`));
    expect(result.resourceId).not.toContain("latest");
    const [file] = result.files;
    expect(at.files()).toEqual([file?.path]);
    expect(file?.path).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
    const bytes = at.read(file?.path ?? "");
    expect(file).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes), archive: "zip" });
    for (const { headerNames } of at.requests()) {
      expect(headerNames).not.toEqual(expect.arrayContaining(["authorization"]));
      expect(headerNames).not.toEqual(expect.arrayContaining(["api-token"]));
    }
    expect(at.requests()).toHaveLength(1);
  });

  test("goes to the file or the folder that is asked for, and to stdout", async () => {
    mkdirSync(path.join(at.folder, "there"));
    expect((await at.run("download", id, "-o", "own.zip")).code).toBe(0);
    expect((await at.run("download", id, "-o", "there")).code).toBe(0);
    expect((await at.run("download", id, "--output", "new/")).code).toBe(0);
    expect(at.files()).toEqual(["new", "own.zip", "there"]);
    const bytes = at.read("own.zip");
    expect(at.read(path.join("there", name))).toEqual(bytes);
    expect(at.read(path.join("new", name))).toEqual(bytes);
    const piped = await at.run("download", id, "-o", "-");
    expect(piped.code).toBe(0);
    expect(piped.bytes).toEqual(bytes);
    expect(piped.stderr).toBe(`${id}: 127.0 KiB, SHA-256 ${sha256(bytes)}, zip\n`);
  });

  test("replaces a file that exists with --force only", async () => {
    writeFileSync(path.join(at.folder, name), "mine");
    const refused = await at.run("download", id);
    expect(refused).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/exists; use --force to replace it/),
    });
    expect(at.read(name).toString()).toBe("mine");
    expect(at.requests()).toEqual([]);
    expect((await at.run("download", id, "--force")).code).toBe(0);
    expect(await isZip(at.read(name))).toBe(true);
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
      const backup = at.emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: names });
      const own = `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`;
      const { code, json } = await at.run("download", own, "-o", "out", "--json");
      expect(code).toBe(0);
      const result = downloaded.parse(json());
      expect(result.files).toHaveLength(names.length);
      expect(at.files()).toEqual(["out"]);
      const inside = readdirSync(path.join(at.folder, "out"));
      expect(inside.sort()).toEqual(result.files.map((file) => path.relative("out", file.path)).sort());
      expect(inside).toEqual(
        expect.arrayContaining(["escape.sql", "passwd", "same.txt", "same-2.txt", "_con.txt", "file"]),
      );
      for (const file of inside) expect(file).toMatch(/^[^\p{C}/\\:]{1,210}$/u);
      for (const file of result.files) expect(sha256(at.read(file.path))).toBe(file.sha256);
    });

    test("and refuses to mix them on stdout, with 2", async () => {
      const backup = at.emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: ["a", "b"] });
      const own = `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`;
      const { code, stdout, stderr } = await at.run("download", own, "-o", "-");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/has 2 files: stdout takes one, -o a folder/);
    });
  });

  test("makes the off-site copy that the guide shows", async () => {
    const guide = readFileSync(path.join(__dirname, "../../docs/command-line.md"), "utf8");
    const recipe = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
    const shown = recipe.find((block) => block.includes("sha256sum")) ?? "";
    const program = path.join(__dirname, "../../dist/sdk/cli/index.js");
    const script = shown
      .replace("pulumi-snapshots", `${process.execPath} ${program}`)
      .replaceAll("/mnt/offsite", at.folder);
    const copy = () =>
      promisify(execFile)("bash", ["-c", script], { env: { ...process.env, ...at.emulator.environment } });
    await copy();
    expect(at.files()).toEqual(["app.zip", "app.zip.sha256"]);
    expect(await isZip(at.read("app.zip"))).toBe(true);
    expect(at.read("app.zip.sha256").toString()).toContain(sha256(at.read("app.zip")));
    at.fail({ fault: "corrupt", operation: "download" });
    await expect(copy()).rejects.toMatchObject({ code: 1 });
  });

  describe("fails with 1, and leaves no file, where", () => {
    test.each<[string, FaultRule, RegExp]>([
      [
        "the archive is broken",
        { platform: "discloud", operation: "download", fault: "corrupt" },
        /the zip is broken: it has a CRC that does not match the content of the entry "snapshot\.txt"; nothing was kept/,
      ],
      [
        "it is empty",
        { platform: "discloud", operation: "download", fault: "empty-body" },
        /it is empty; nothing was kept/,
      ],
      [
        "it is not an archive",
        {
          platform: "discloud",
          operation: "download",
          fault: "status",
          status: 200,
          body: "text",
          contentType: "text/plain",
        },
        /it is not an archive; nothing was kept/,
      ],
      [
        "the store answers a page",
        { platform: "discloud", operation: "download", fault: "html", times: "always" },
        /the storage host answers with an HTML page instead of the file/,
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
        at.emulator.faults.add(rule);
        const { code, stdout, stderr } = await at.run("download", id, "--json");
        expect(stderr).toMatch(message);
        expect(stderr).not.toMatch(/Signature|\n\s+at /);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(at.files().filter((file) => !file.endsWith(".part") && !file.endsWith(".json"))).toEqual([]);
        if (/nothing was kept/.test(stderr)) expect(at.files()).toEqual([]);
      },
      60_000,
    );

    test("the network can't be reached", async () => {
      await at.emulator.close();
      const { code, stderr } = await at.run("download", id);
      expect(code).toBe(1);
      expect(stderr).toMatch(/\[discloud\] .* can't connect to 127\.0\.0\.1:\d+/);
      expect(at.files()).toEqual([]);
    });

    test("it does not exist, or the platform gives no bytes", async () => {
      const missing = await at.run("download", `discloud/app/${seed.discloud.appId}/20000101-000000`);
      expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no snapshot 20000101-000000/) });
      const none = await at.run("download", `snapshooter/job/${seed.snapshooter.emptyJobId}/latest`);
      expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no usable snapshot/) });
      const scp = await at.run("download", `scp/volume/${seed.scp.volumeId}/${seed.scp.snapshotId}`);
      expect(scp).toMatchObject({ code: 1, stderr: expect.stringMatching(/gives no download links/) });
    });

    test("a link would serve another snapshot", async () => {
      const [, older] = JSON.parse((await at.run("list", "virtus", `app/${seed.virtus.appId}`, "--json")).stdout);
      const { code, stderr } = await at.run("download", older.resourceId);
      expect(code).toBe(1);
      expect(stderr).toMatch(/names no version, and would serve a newer snapshot of the same name instead/);
    });

    test("the archive is broken after its bytes have left", async () => {
      at.fail({ fault: "corrupt", operation: "download" });
      const { code, stderr } = await at.run("download", id, "-o", "-");
      expect(code).toBe(1);
      expect(stderr).toMatch(/the zip is broken/);
    });
  });

  test.each<[string, readonly string[], RegExp]>([
    ["no id", [], /missing required argument 'id'/],
    ["an id that is none", ["discloud"], /"discloud" is not the id of a snapshot: it is written/],
    ["a platform that is none", ["heroku/app/1/2"], /"heroku" is not a platform/],
    ["a kind that is none", ["discloud/job/1/2"], /is not the id of a snapshot/],
    ["a pending one", ["discloud/app/1/pending/2026-01-01T00:00:00.000Z"], /names a request/],
    ["two documents on stdout", [id, "-o", "-", "--json"], /--json and -o - both write to stdout/],
    ["an option that is none", [id, "--quiet"], /unknown option/],
  ])("refuses %s with 2, before any request", async (_title, args, message) => {
    const { code, stdout, stderr } = await at.run("download", ...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(at.emulator.requests).toEqual([]);
  });
});
