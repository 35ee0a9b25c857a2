import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { VERSION } from "../../provider/model/version";
import { ask } from "../emulator/ask";

const program = path.join(__dirname, "..", "..", "dist", "sdk", "cli", "index.js");

/** The command as a user's shell runs it, with what it has printed so far. */
class Command {
  stdout = "";
  stderr = "";
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.ended = new Promise((resolve) => this.child.once("close", (code, signal) => resolve(signal ?? code)));
  }

  /** Waits until it has printed something that fits; rejects with all it has printed where it ends first. */
  async printed(pattern: RegExp): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    while (!pattern.test(this.stdout)) {
      if (hasEnded) throw new Error(`ended without printing ${pattern}: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

const commands: Command[] = [];
const run = (...args: string[]): Command => {
  const command = new Command(...args);
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
  const lines = stdout.trimEnd().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^export ([A-Z_]+)=([\w:/.-]+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not a line for a shell: ${line}`);
      return [name, value];
    }),
  );
}

describe("pulumi-snapshots emulate", () => {
  it("prints the lines that point every default connection at it, and serves them", async () => {
    const command = run("emulate");
    await command.printed(/DSCLOUD_ACCOUNT_ID=.*\n/);
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
    await command.printed(/DISCLOUD_API_URL=.*\n/);
    const url = exported(command.stdout.slice(0, command.stdout.lastIndexOf("\n")))["DISCLOUD_API_URL"];
    // A connection that a client keeps open does not hold it.
    expect((await ask(`${url}/user`, { headers: { connection: "keep-alive" } })).status).toBe(401);
    expect(await command.stop(signal)).toBe(0);
    expect((await ask(`${url}/user`)).broken).toBe("ECONNREFUSED");
    expect(command.stderr).toBe("");
  });

  it("prints the same as JSON with --json", async () => {
    const command = run("emulate", "--json");
    await command.printed(/\}\n/);
    const environment = JSON.parse(command.stdout) as Record<string, string>;
    const headers = { authorization: environment["DSCLOUD_API_KEY"] ?? "" };
    const reply = await ask(`${environment["DSCLOUD_API_URL"]}/apps/6e1d5a0c2f8b4793ae50d1c4b7f29e83/backups`, {
      headers,
    });
    expect(reply.json().status).toBe("success");
  });

  it("serves on the port that it is given", async () => {
    const first = run("emulate", "--json");
    await first.printed(/\}\n/);
    const { port } = new URL((JSON.parse(first.stdout) as Record<string, string>)["DISCLOUD_API_URL"] ?? "");
    await first.stop("SIGTERM");
    const second = run("emulate", "--port", port, "--json");
    await second.printed(/\}\n/);
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });

  it("plays the faults of a file", async () => {
    const rules = [{ platform: "discloud", operation: "get-user", fault: "status", status: 503 }];
    const command = run("emulate", "--json", "--latency", "1", "--faults", await faultsFile(JSON.stringify(rules)));
    await command.printed(/\}\n/);
    const environment = JSON.parse(command.stdout) as Record<string, string>;
    const headers = { "api-token": environment["DISCLOUD_TOKEN"] ?? "" };
    const user = () => ask(`${environment["DISCLOUD_API_URL"]}/user`, { headers });
    expect([(await user()).status, (await user()).status]).toEqual([503, 200]);
  });

  it("explains itself with --help", async () => {
    const command = run("emulate", "--help");
    expect(await command.ended).toBe(0);
    for (const option of ["--port", "--latency", "--faults", "--json", "--help"])
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
    expect(await command.ended).toBe(1);
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
