import { readFile } from "node:fs/promises";
import { z } from "zod";
import { seed } from "../../emulator";
import { Downloads, downloaded, id } from "./downloads";

const verified = z.strictObject({
  resourceId: z.string(),
  ok: z.boolean(),
  problem: z.string().optional(),
  files: z.array(downloaded.shape.files.element.extend({ ok: z.boolean(), problem: z.string().optional() })),
});

let at: Downloads;
beforeEach(async () => {
  at = await Downloads.open();
});
afterEach(() => at.close());

describe("verify", () => {
  test("does the same and keeps nothing", async () => {
    at.fail({ fault: "cut", operation: "download" });
    const { code, json } = await at.run("verify", id, "--json");
    expect(code).toBe(0);
    const result = verified.parse(json());
    expect(result).toMatchObject({ resourceId: id, ok: true, files: [{ bytes: 130_048, archive: "zip", ok: true }] });
    expect(at.files()).toEqual([]);
    const table = await at.run("verify", id);
    expect(table.stdout).toBe(`${id}\t127.0 KiB\tzip\tok\t${result.files[0]?.sha256}\n`);
  });

  test("ends with 3 where the archive is broken, and says how", async () => {
    at.fail({ fault: "corrupt", operation: "download", times: "always" });
    const { code, json, stderr } = await at.run("verify", id, "--json");
    expect(code).toBe(3);
    const result = verified.parse(json());
    expect(result.ok).toBe(false);
    expect(result.problem).toMatch(/the zip is broken: it has a CRC that does not match/);
    expect(stderr).toMatch(/the zip is broken/);
    expect((await at.run("verify", id)).stdout).toMatch(/\tbroken\t/);
  });

  test("ends with 1 where it can't be seen whether it is broken", async () => {
    at.fail({ fault: "status", operation: "download", status: 503, times: "always" } as never);
    const { code, stdout } = await at.run("verify", id, "--json");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  }, 60_000);

  test("checks every file of a SnapShooter backup, and lets files of other kinds pass", async () => {
    const backup = at.emulator.snapshooter.addBackup(seed.snapshooter.jobId, { fileNames: ["a.sql", "b.sql"] });
    at.emulator.faults.add({
      platform: "snapshooter",
      operation: "download",
      fault: "status",
      status: 200,
      body: "-- a dump",
      contentType: "text/plain",
    });
    const { code, json } = await at.run("verify", `snapshooter/job/${seed.snapshooter.jobId}/${backup.id}`, "--json");
    expect(code).toBe(0);
    expect(verified.parse(json()).files).toMatchObject([
      { path: "a.sql", archive: "unknown", bytes: 9, ok: true },
      { path: "b.sql", archive: "zip", ok: true },
    ]);
  });

  // Linux reports the peak memory of a process.
  (process.platform === "linux" ? test : test.skip)(
    "takes at most 200 MB of memory, however large the snapshot is",
    async () => {
      at.emulator.discloud.addSnapshot(seed.discloud.appId, { sizeBytes: 512 * 1024 * 1024 });
      const command = at.start("verify", `discloud/app/${seed.discloud.appId}/latest`, "--json");
      let mostKb = 0;
      let hasEnded = false;
      void command.ended.then(() => {
        hasEnded = true;
      });
      while (!hasEnded) {
        const status = await readFile(`/proc/${command.pid}/status`, "utf8").catch(() => "");
        mostKb = Math.max(mostKb, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await command.ended).toBe(0);
      expect(verified.parse(command.json()).files).toMatchObject([{ bytes: 512 * 1024 * 1024, ok: true }]);
      expect(mostKb).toBeGreaterThan(10_000);
      expect(mostKb).toBeLessThan(200 * 1024);
    },
    120_000,
  );

  test("stops on Ctrl-C with 130", async () => {
    at.fail({ fault: "stall", operation: "download" });
    const command = at.start("verify", id);
    await command.until(() => at.requests().length === 1, "a request");
    expect(await command.stop("SIGINT")).toBe(130);
  });

  test.each(["download", "verify"])("%s explains itself with --help and an example", async (verb) => {
    const { code, stdout } = await at.run(verb, "--help");
    expect(code).toBe(0);
    for (const part of ["--json", "--connection", "--stack", "Examples:", "/latest"]) expect(stdout).toContain(part);
  });
});
