import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, type FaultRule, seed, startEmulator } from "../../emulator";
import { openArchiveCheck } from "../../provider/archive";
import { Command } from "./command";

/** Output of `download --json`. */
export const downloaded = z.strictObject({
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

/** Snapshot that most tests download, and the name of its file. */
export const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
export const name = `discloud-app-${seed.discloud.appId}-${seed.discloud.version}.zip`;

export const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export async function isZip(bytes: Buffer): Promise<boolean> {
  const check = openArchiveCheck();
  await check.write(bytes);
  const { kind, problem } = await check.end();
  return kind === "zip" && problem === undefined;
}

/** An emulator, and a folder for commands to download into. */
export class Downloads {
  private constructor(
    readonly emulator: Emulator,
    readonly folder: string,
  ) {}

  static async open(): Promise<Downloads> {
    const folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-download-"));
    return new Downloads(await startEmulator(), folder);
  }

  async close(): Promise<void> {
    await this.emulator.close();
    await rm(this.folder, { recursive: true });
  }

  start(...args: string[]): Command {
    return new Command({ args, env: this.emulator.environment, cwd: this.folder });
  }

  async run(...args: string[]) {
    const command = this.start(...args);
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr, bytes: command.bytes, json: () => command.json() };
  }

  files(): string[] {
    return readdirSync(this.folder).sort();
  }

  read(file: string): Buffer {
    return readFileSync(path.join(this.folder, file));
  }

  /** Requests for bytes so far. */
  requests() {
    return this.emulator.requests.filter(({ operation }) => operation === "download");
  }

  /** Adds faults of Discloud. */
  fail(...rules: Omit<FaultRule & { fault: string }, "platform">[]): void {
    for (const rule of rules) this.emulator.faults.add({ ...rule, platform: "discloud" } as FaultRule);
  }
}
