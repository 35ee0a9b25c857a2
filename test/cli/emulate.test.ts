import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { seed } from "../../emulator";
import { VERSION } from "../../provider/model/version";
import { ask } from "../emulator/ask";
import { Command } from "./command";

const commands: Command[] = [];
const run = (...args: string[]): Command => {
  const command = new Command({ args });
  commands.push(command);
  return command;
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-cli-"));
});
afterEach(async () => {
  for (const command of commands.splice(0)) await command.stop("SIGKILL");
  await rm(folder, { recursive: true });
});

async function faultsFile(text: string): Promise<string> {
  const file = path.join(folder, "faults.json");
  await writeFile(file, text);
  return file;
}

function exported(stdout: string): Record<string, string> {
  const lines = stdout
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("# "));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^export ([A-Z_]+)=([\w:/.-]+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not a line for a shell: ${line}`);
      return [name, value];
    }),
  );
}

const document = z.strictObject({
  environment: z.record(z.string(), z.string()),
  targets: z.array(z.strictObject({ platform: z.string(), kind: z.string(), id: z.string() })),
});

const documentOf = (command: Command) => document.parse(command.json());

describe("pulumi-snapshots emulate", () => {
  it("prints the lines that point every default connection at it, and serves them", async () => {
    const command = run("emulate");
    await command.printed(/# scp server .*\n/);
    const environment = exported(command.stdout);
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining([
        "DISCLOUD_TOKEN",
        "DISCLOUD_API_URL",
        "VIRTUS_API_KEY",
        "VIRTUS_API_URL",
        "DSCLOUD_API_KEY",
        "DSCLOUD_API_URL",
      ]),
    );
    const answers = await Promise.all([
      ask(`${environment["DISCLOUD_API_URL"]}/user`, { headers: { "api-token": environment["DISCLOUD_TOKEN"] ?? "" } }),
      ask(`${environment["VIRTUS_API_URL"]}/users/me`, {
        headers: { authorization: environment["VIRTUS_API_KEY"] ?? "" },
      }),
      ask(`${environment["DISCLOUD_API_URL"]}/user`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
    expect(command.stderr).toBe("");
  });

  it.each(["SIGTERM", "SIGINT"] as const)("stops on %s with success, at once, and frees its port", async (signal) => {
    const command = run("emulate");
    await command.printed(/# scp server .*\n/);
    const url = exported(command.stdout)["DISCLOUD_API_URL"];
    // A connection that a client keeps open does not delay the end.
    expect((await ask(`${url}/user`, { headers: { connection: "keep-alive" } })).status).toBe(401);
    expect(await command.stop(signal)).toBe(0);
    expect((await ask(`${url}/user`)).broken).toBe("ECONNREFUSED");
    expect(command.stderr).toBe("");
  });

  it("prints the same as JSON with --json", async () => {
    const command = run("emulate", "--json");
    await command.printed(/^\}\n/m);
    const environment = documentOf(command).environment;
    const headers = { authorization: environment["DSCLOUD_API_KEY"] ?? "" };
    const reply = await ask(`${environment["DSCLOUD_API_URL"]}/apps/6e1d5a0c2f8b4793ae50d1c4b7f29e83/backups`, {
      headers,
    });
    expect(reply.json().status).toBe("success");
  });

  it("serves on the port that it is given", async () => {
    const first = run("emulate", "--json");
    await first.printed(/^\}\n/m);
    const { port } = new URL(documentOf(first).environment["DISCLOUD_API_URL"] ?? "");
    await first.stop("SIGTERM");
    const second = run("emulate", "--port", port, "--json");
    await second.printed(/^\}\n/m);
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });

  it("prints its targets as comments after the lines for a shell, and in the document", async () => {
    const command = run("emulate", "--port", "0");
    await command.printed(/# scp server .*\n/);
    const comments = command.stdout.split("\n").filter((line) => line.startsWith("# "));
    expect(comments).toEqual(
      expect.arrayContaining([
        `# discloud app ${seed.discloud.appId}`,
        `# virtus app ${seed.virtus.appId}`,
        `# virtus database ${seed.virtus.databaseId}`,
        `# dscloud app ${seed.dscloud.appId}`,
        `# snapshooter job ${seed.snapshooter.jobId}`,
        `# scp volume ${seed.scp.volumeId}`,
        `# scp file-volume ${seed.scp.fileVolumeId}`,
        `# scp server ${seed.scp.serverId}`,
      ]),
    );
    expect(command.stdout.split("\n").findIndex((line) => line.startsWith("# "))).toBeGreaterThan(5);
    const other = run("emulate", "--port", "0", "--json");
    await other.printed(/^\}\n/m);
    expect(documentOf(other).targets.map(({ platform, kind, id }) => `# ${platform} ${kind} ${id}`)).toEqual(comments);
  });

  it("serves on port 7070, or on the next that is free", async () => {
    const [first, second] = [run("emulate"), run("emulate")];
    await Promise.all([first.printed(/# scp server .*\n/), second.printed(/# scp server .*\n/)]);
    const ports = [first, second].map(({ stdout }) => Number(new URL(exported(stdout)["VIRTUS_API_URL"] ?? "").port));
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(7070);
      expect(port).toBeLessThan(7170);
    }
  });

  it("writes each request to stderr with --log, without what signs a download", async () => {
    const command = run("emulate", "--port", "0", "--log");
    await command.printed(/# scp server .*\n/);
    const environment = exported(command.stdout);
    const { DISCLOUD_API_URL: url, DISCLOUD_TOKEN: token = "" } = environment;
    const headers = { "api-token": token };
    const { appId, version } = seed.discloud;
    const link = (await ask(`${url}/snapshot/${appId}/versions/${version}`, { headers })).json().download.url;
    await ask(link);
    await ask(`${environment["VIRTUS_SNAPSHOTS_URL"]}/applications/1/a.zip?Signature=abc`);
    await ask(`${url}/nothing?page=2`, { headers });
    await command.until(() => command.stderr.split("\n").length > 4, "four lines");
    const lines = command.stderr.trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/^\S+Z /, ""))).toEqual([
      `discloud get-download-link: GET /discloud/v2/snapshot/${appId}/versions/${version} 200`,
      expect.stringMatching(/^discloud download: GET \/discloud-downloads\/\S+ 200$/),
      "virtus download: GET /virtus-snapshots/applications/1/a.zip 403",
      "discloud unknown: GET /discloud/v2/nothing?page=2 404",
    ]);
    expect(command.stderr).not.toContain(token);
  });

  describe("with --data", () => {
    const post = (url: string, headers: Record<string, string>, body?: unknown) =>
      ask(url, { method: "POST", headers, ...(body === undefined ? {} : { body }) });

    async function started(...args: string[]) {
      const command = run("emulate", "--port", "0", "--json", "--data", path.join(folder, "memory"), ...args);
      await command.printed(/^\}\n/m);
      const { environment } = documentOf(command);
      return { command, environment };
    }

    function listed(environment: Record<string, string>) {
      const discloud = { "api-token": environment["DISCLOUD_TOKEN"] ?? "" };
      const virtus = { authorization: environment["VIRTUS_API_KEY"] ?? "" };
      const snapshooter = { authorization: `Bearer ${environment["SNAPSHOOTER_TOKEN"]}` };
      return {
        discloud: async () =>
          (
            await ask(`${environment["DISCLOUD_API_URL"]}/snapshot/${seed.discloud.appId}`, { headers: discloud })
          ).json(),
        virtus: async () =>
          (await ask(`${environment["VIRTUS_API_URL"]}/apps/${seed.virtus.appId}/snapshots`, { headers: virtus }))
            .json()
            .response.map(({ modified }: { modified: string }) => modified),
        snapshooter: async () =>
          (
            await ask(`${environment["SNAPSHOOTER_API_URL"]}/jobs/${seed.snapshooter.jobId}/backups`, {
              headers: snapshooter,
            })
          )
            .json()
            .data.map(({ id, created_at }: { id: string; created_at: string }) => [id, created_at]),
        create: async () => {
          await post(`${environment["DISCLOUD_API_URL"]}/snapshot/${seed.discloud.appId}`, discloud);
          await post(`${environment["VIRTUS_API_URL"]}/apps/${seed.virtus.appId}/snapshots`, virtus);
          // A refused request must not affect what comes after it.
          await post(`${environment["SNAPSHOOTER_API_URL"]}/jobs/nothing/backups/start`, snapshooter, {});
          await post(
            `${environment["SNAPSHOOTER_API_URL"]}/jobs/${seed.snapshooter.jobId}/backups/start`,
            snapshooter,
            {
              is_daily: true,
            },
          );
        },
      };
    }

    it("keeps what the platforms hold between starts, without a credential", async () => {
      const first = await started();
      const before = listed(first.environment);
      await before.create();
      const shown = [await before.discloud(), await before.virtus(), await before.snapshooter()];
      expect(shown[1]).toHaveLength(4);
      expect(shown[2]).toHaveLength(3);
      await first.command.stop("SIGKILL");

      const second = await started();
      const after = listed(second.environment);
      expect([await after.discloud(), await after.virtus(), await after.snapshooter()]).toEqual(shown);
      await after.create();
      await second.command.stop("SIGTERM");
      const third = listed((await started()).environment);
      expect(await third.snapshooter()).toHaveLength(4);
      const text = readFileSync(path.join(folder, "memory", "changes.jsonl"), "utf8");
      for (const name of ["DISCLOUD_TOKEN", "VIRTUS_API_KEY", "SNAPSHOOTER_TOKEN"]) {
        expect(text).not.toContain(first.environment[name]);
      }
    });

    it("keeps what others have done by a fault, and goes on behind a line that was cut", async () => {
      const rules = [{ platform: "discloud", operation: "list-app-snapshots", fault: "foreign-snapshot" }];
      const first = await started("--faults", await faultsFile(JSON.stringify(rules)));
      const shown = await listed(first.environment).discloud();
      expect(shown.versions).toHaveLength(2);
      await first.command.stop("SIGTERM");
      const file = path.join(folder, "memory", "changes.jsonl");
      writeFileSync(file, `${readFileSync(file, "utf8")}{"what":"req`);
      expect(await listed((await started()).environment).discloud()).toEqual(shown);
    });

    it("refuses a file that holds something else", async () => {
      const first = await started();
      await first.command.stop("SIGTERM");
      const file = path.join(folder, "memory", "changes.jsonl");
      expect(existsSync(file)).toBe(false);
      writeFileSync(file, "nonsense\n");
      const command = run("emulate", "--port", "0", "--data", path.join(folder, "memory"));
      expect(await command.ended).toBe(1);
      expect(command.stderr).toMatch(/changes\.jsonl: line 1 is not a change of an emulator's memory\n$/);
    });
  });

  it("plays the faults of a file", async () => {
    const rules = [{ platform: "discloud", operation: "get-user", fault: "status", status: 503 }];
    const command = run("emulate", "--json", "--latency", "1", "--faults", await faultsFile(JSON.stringify(rules)));
    await command.printed(/^\}\n/m);
    const environment = documentOf(command).environment;
    const headers = { "api-token": environment["DISCLOUD_TOKEN"] ?? "" };
    const user = () => ask(`${environment["DISCLOUD_API_URL"]}/user`, { headers });
    expect([(await user()).status, (await user()).status]).toEqual([503, 200]);
  });

  it("explains itself with --help", async () => {
    const command = run("emulate", "--help");
    expect(await command.ended).toBe(0);
    for (const option of ["--port", "--latency", "--faults", "--data", "--log", "--json", "--help", "Examples:"])
      expect(command.stdout).toContain(option);
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", "{", /faults\.json: not JSON/],
    ["no list", "{}", /faults\.json: expected an array of fault rules/],
    ["no fault", '[{"platform":"discloud"}]', /faults\.json: rule 1: fault: /],
    ["a fault without its status", '[{"platform":"discloud","fault":"status"}]', /rule 1: status: /],
    ["an unknown platform", '[{"platform":"heroku","fault":"cut"}]', /unknown platform heroku; known: .*discloud/],
    [
      "an unknown operation",
      '[{"platform":"discloud","operation":"fly","fault":"cut"}]',
      /discloud has no operation fly; known: /,
    ],
  ])("refuses a faults file that holds %s, in one line", async (_title, text, message) => {
    const command = run("emulate", "--faults", await faultsFile(text));
    expect(await command.ended).toBe(1);
    expect(command.stdout).toBe("");
    expect(command.stderr).toMatch(message);
    expect(command.stderr).toMatch(/^pulumi-snapshots: [^\n]*\n$/);
  });

  it("refuses a faults file that isn't there", async () => {
    const command = run("emulate", "--faults", path.join(folder, "nothing.json"));
    expect(await command.ended).toBe(1);
    expect(command.stderr).toMatch(/^pulumi-snapshots: .*nothing\.json.*\n$/);
  });

  it("refuses a port that is taken, and names it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = String(typeof address === "object" ? address?.port : "");
    try {
      const command = run("emulate", "--port", port);
      expect(await command.ended).toBe(1);
      expect(command.stderr).toMatch(new RegExp(`^pulumi-snapshots: .*${port}.*\\n$`));
    } finally {
      server.close();
    }
  });

  it.each([
    ["--port", "eighty", /--port.*whole number/],
    ["--port", "99999", /--port/],
    ["--latency", "-1", /--latency/],
    ["--color", "red", /unknown option '--color'/],
  ])("refuses %s %s", async (option, value, message) => {
    const command = run("emulate", option, value);
    expect(await command.ended).toBe(2);
    expect(command.stderr).toMatch(message);
    expect(command.stderr).not.toMatch(/\n\s+at /);
  });
});

describe("pulumi-snapshots", () => {
  it("tells its version", async () => {
    const command = run("--version");
    expect(await command.ended).toBe(0);
    expect(command.stdout).toBe(`${VERSION}\n`);
  });

  it("lists its verbs with --help", async () => {
    const command = run("--help");
    expect(await command.ended).toBe(0);
    expect(command.stdout).toContain("emulate");
  });

  it("fails on a verb that it doesn't have, and without any", async () => {
    expect(await run("fly").ended).not.toBe(0);
    const without = run();
    expect(await without.ended).not.toBe(0);
    expect(without.stderr).toContain("emulate");
  });
});
