import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { seed } from "../../emulator";
import { Downloads, id, isZip, name, sha256 } from "./downloads";

let at: Downloads;
beforeEach(async () => {
  at = await Downloads.open();
});
afterEach(() => at.close());

describe("an interrupted download goes on", () => {
  test("where a connection breaks, with a part and a new link", async () => {
    at.fail({ fault: "cut", operation: "download", times: 2 });
    at.emulator.discloud.addSnapshot(seed.discloud.appId, { sizeBytes: 4 * 1024 * 1024 });
    const { code, stdout, stderr } = await at.run(
      "download",
      `discloud/app/${seed.discloud.appId}/latest`,
      "-o",
      "own",
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/the connection to 127\.0\.0\.1:\d+ broke .*; resuming\n/);
    expect(stdout).toContain(sha256(at.read("own")));
    expect(await isZip(at.read("own"))).toBe(true);
    expect(at.requests().map(({ headerNames }) => headerNames.includes("range"))).toEqual([false, true, true]);
    expect(new Set(at.requests().map(({ path: link }) => link)).size).toBe(3);
  });

  test.each([401, 403, 404, 410])("with a new link where the one that it has answers %d", async (status) => {
    at.fail({ fault: "cut", operation: "download" }, { fault: "status", operation: "download", status } as never);
    const { code } = await at.run("download", id);
    expect(code).toBe(0);
    expect(await isZip(at.read(name))).toBe(true);
  });

  test("from the beginning where a store gives the whole only", async () => {
    at.fail({ fault: "cut", operation: "download" }, { fault: "whole", operation: "download", times: "always" });
    expect((await at.run("download", id)).code).toBe(0);
    expect(at.read(name)).toHaveLength(130_048);
    expect(await isZip(at.read(name))).toBe(true);
    at.fail({ fault: "cut", operation: "download" });
    const piped = await at.run("download", id, "-o", "-");
    expect(piped.code).toBe(0);
    expect(piped.bytes).toEqual(at.read(name));
  });

  test("from the beginning where the store has other bytes by now", async () => {
    const app = `app/${seed.virtus.appId}`;
    at.emulator.faults.add({ platform: "virtus", operation: "download", fault: "stall" });
    const first = at.start("download", `virtus/${app}/latest`, "-o", "own.zip");
    await first.until(() => at.emulator.requests.some(({ operation }) => operation === "download"), "a request");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await first.stop("SIGINT")).toBe(130);
    at.emulator.virtus.addSnapshot(seed.virtus.appId, { sizeBytes: 90_000 });
    expect((await at.run("download", `virtus/${app}/latest`, "-o", "own.zip")).code).toBe(0);
    expect(at.read("own.zip")).toHaveLength(90_000);
    expect(await isZip(at.read("own.zip"))).toBe(true);
  });

  test("after Ctrl-C, in the next run", async () => {
    at.fail({ fault: "stall", operation: "download" });
    const first = at.start("download", id);
    const part = `${name}.part`;
    await first.until(() => at.requests().length === 1 && existsSync(path.join(at.folder, `${part}.json`)), "a note");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await first.stop("SIGINT")).toBe(130);
    expect(first.stderr).toMatch(/are kept in .*\.part; run the same command to resume\n$/);
    expect(at.files()).toEqual([part, `${part}.json`]);
    const kept = at.read(part).length;
    expect(kept).toBe(130_048 / 2);

    const { code, stdout } = await at.run("download", id);
    expect(code).toBe(0);
    expect(at.files()).toEqual([name]);
    expect(await isZip(at.read(name))).toBe(true);
    expect(stdout).toContain(sha256(at.read(name)));
    expect(at.requests().at(-1)).toMatchObject({ status: 206 });
  });

  test("with a part that has no note, and from the beginning where that is of something else", async () => {
    expect((await at.run("download", id)).code).toBe(0);
    const whole = at.read(name);
    writeFileSync(path.join(at.folder, "own.zip.part"), whole.subarray(0, 50_000));
    expect(await at.run("download", id, "-o", "own.zip")).toMatchObject({ code: 0, stderr: "" });
    expect(at.requests().at(-1)?.status).toBe(206);
    writeFileSync(path.join(at.folder, "other.zip.part"), Buffer.alloc(50_000, "x"));
    expect((await at.run("download", id, "-o", "other.zip")).code).toBe(0);
    writeFileSync(path.join(at.folder, "full.zip.part"), whole);
    expect((await at.run("download", id, "-o", "full.zip")).code).toBe(0);
    expect(at.requests().at(-1)?.status).toBe(416);
    for (const file of ["own.zip", "other.zip", "full.zip"])
      expect([file, at.read(file).equals(whole)]).toEqual([file, true]);
    expect(at.files()).toHaveLength(4);
  });

  test("not with a part of another snapshot", async () => {
    writeFileSync(path.join(at.folder, "own.zip.part"), "PK\u0003\u0004 of another one");
    const note = { resourceId: "discloud/app/1/20200101-000000", file: null, pid: 1, host: "another" };
    writeFileSync(path.join(at.folder, "own.zip.part.json"), JSON.stringify(note));
    expect((await at.run("download", id, "-o", "own.zip")).code).toBe(0);
    expect(at.requests().map(({ status }) => status)).toEqual([200]);
    expect(await isZip(at.read("own.zip"))).toBe(true);
  });

  test("not with a part that another process writes", async () => {
    const note = { resourceId: id, file: null, pid: process.pid, host: hostname() };
    writeFileSync(path.join(at.folder, "own.zip.part.json"), JSON.stringify(note));
    const { code, stderr } = await at.run("download", id, "-o", "own.zip");
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`is in use by another download, process ${process.pid}`));
  });
});
