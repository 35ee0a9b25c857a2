import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  cacheKey,
  ENGINE_VERSION,
  type EngineOptions,
  ensureEngine,
  isAtLeast,
  MINIMUM_VERSION,
  parseVersion,
} from "./engine.js";
import { runCommand } from "./processes.js";

/** Address where nothing listens, so that no machine can reach the installer's host. */
const NO_WAY_OUT = "http://127.0.0.1:1";

let folder: string;
let said: string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "engine-test-")));
  said = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Options of a machine with these folders on PATH and no others. */
function machine(...path: string[]): EngineOptions & { cacheDirectory: string; env: Record<string, string> } {
  return {
    env: { HOME: folder, PATH: path.join(delimiter), HTTPS_PROXY: NO_WAY_OUT },
    cacheDirectory: join(folder, "cache"),
    log: (message) => said.push(message),
  };
}

/** Creates a folder with an executable shell script for each name. */
function tools(name: string, scripts: Record<string, string>): string {
  const directory = join(folder, name);
  mkdirSync(directory, { recursive: true });
  for (const [file, script] of Object.entries(scripts)) {
    writeFileSync(join(directory, file), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, file), 0o755);
  }
  return directory;
}

function pulumi(version: string, ...except: string[]): string {
  const scripts = {
    pulumi: `echo v${version}`,
    "pulumi-language-nodejs": "",
    "pulumi-resource-pulumi-nodejs": "",
  };
  return tools("pulumi-bin", Object.fromEntries(Object.entries(scripts).filter(([name]) => !except.includes(name))));
}

/** Creates a `go` that takes a moment, logs its builds to a file, and writes scripts that print a version. */
function go(version = "1.26.0"): string {
  return tools("go-bin", {
    go: `
      if [ "$1" = version ]; then echo "go version go${version} linux/amd64"; exit 0; fi
      while [ "$1" != -o ]; do shift; done
      echo "$PWD" >> "${folder}/builds"
      /bin/sleep 0.3
      case "$PWD" in */nodejs-host) made="$2/pulumi-language-nodejs" ;; *) made="$2/pulumi" ;; esac
      printf '#!/bin/sh\\necho v${ENGINE_VERSION}\\n' > "$made"
      /bin/chmod +x "$made"`,
  });
}

function builds(): number {
  return existsSync(join(folder, "builds"))
    ? readFileSync(join(folder, "builds"), "utf8").trim().split("\n").length
    : 0;
}

describe("versions", () => {
  test.each([
    ["v3.259.0\n", "3.259.0"],
    ["3.200.1", "3.200.1"],
    ["v3.260.0-dev.0+abcdef", "3.260.0"],
    ["v3.201.0+dirty", "3.201.0"],
    ["warning: something\nv3.210.4", "3.210.4"],
    ["", undefined],
    ["pulumi", undefined],
    ["v3.259", undefined],
  ])("%j is read as %j", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  test.each([
    ["3.200.0", "3.200.0", true],
    ["3.199.9", "3.200.0", false],
    ["3.1000.0", "3.200.0", true],
    ["4.0.0", "3.200.0", true],
    ["2.300.0", "3.200.0", false],
    ["1.26", "1.25.11", true],
    ["1.25.9", "1.25.11", false],
    ["1.25", "1.25.11", false],
  ])("%s against the minimum %s: %s", (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe("a pulumi on PATH", () => {
  test("is taken when it is new enough", async () => {
    const bin = pulumi(MINIMUM_VERSION);
    await expect(ensureEngine(machine(bin))).resolves.toEqual({
      command: join(bin, "pulumi"),
      version: MINIMUM_VERSION,
      pathEntries: [bin],
      source: "path",
    });
    expect(said).toEqual([]);
  });

  test.each<[string, () => string, string]>([
    ["is too old", () => pulumi("3.199.0"), "is 3.199.0"],
    ["does not run", () => tools("pulumi-bin", { pulumi: "echo broken >&2; exit 3" }), "version` failed: broken"],
    ["lacks its language host", () => pulumi("3.259.0", "pulumi-language-nodejs"), "has no pulumi-language-nodejs"],
  ])("is passed over, and the reason said, when it %s", async (_, make, reason) => {
    await expect(ensureEngine(machine(make()))).rejects.toThrow(reason);
  });
});

describe("without any way to an engine", () => {
  test("the error names all three, with what stands in the way of each", async () => {
    const error = await ensureEngine(machine(join(folder, "empty"))).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toContain(
      "1. Install Pulumi 3.200.0 or newer and put it on PATH: https://www.pulumi.com/docs/install/",
    );
    expect(message).toContain("(now: there is no `pulumi` on PATH)");
    expect(message).toContain("2. Let this machine reach https://get.pulumi.com");
    expect(message).toContain("(now: https://get.pulumi.com can't be reached:");
    expect(message).toContain("3. Install Go 1.25.11 or newer and put it on PATH: https://go.dev/doc/install");
    expect(message).toContain("(now: there is no `go` on PATH)");
    expect(readdirSync(join(folder, "cache"))).toEqual([]);
  });

  test("a Go that is too old is told apart from a missing one", async () => {
    await expect(ensureEngine(machine(go("1.22.4")))).rejects.toThrow(/is 1\.22\.4, older than 1\.25\.11/);
    expect(builds()).toBe(0);
  });

  test("what go said is passed on when the build fails", async () => {
    const bin = tools("go-bin", {
      go: 'if [ "$1" = version ]; then echo go version go1.26.0; else echo "no such module" >&2; exit 1; fi',
    });
    await expect(ensureEngine(machine(bin))).rejects.toThrow("`go build` failed: no such module");
    expect(readdirSync(join(folder, "cache"))).toEqual([]);
  });

  test("an installer's host that never answers is given up", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const here = machine(join(folder, "empty"));
    here.env["HTTPS_PROXY"] = `http://127.0.0.1:${port}`;
    const start = Date.now();
    try {
      await expect(ensureEngine({ ...here, reachTimeoutMs: 500 })).rejects.toThrow("can't be reached");
      await expect(ensureEngine({ ...here, reachTimeoutMs: 60_000, installTimeoutMs: 500 })).rejects.toThrow(
        "did not end within 0.5 s",
      );
    } finally {
      silent.close();
    }
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});

describe("an engine built from its Go modules", () => {
  test("is kept for the next run", async () => {
    const here = machine(go());
    const engine = await ensureEngine(here);
    const bin = join(folder, "cache", cacheKey(), "bin");
    expect(engine).toEqual({
      command: join(bin, "pulumi"),
      version: ENGINE_VERSION,
      pathEntries: [bin],
      source: "built",
    });
    expect(readdirSync(bin).sort()).toEqual(["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]);
    expect(said.join("\n")).toMatch(/about 7 minutes on 2 cores the first time[\s\S]*done in \d+ s/);

    await expect(ensureEngine(here)).resolves.toEqual(engine);
    expect(builds()).toBe(2);
    expect(readdirSync(join(folder, "cache"))).toEqual([cacheKey()]);
  });

  test.each<[string, (kept: string) => void]>([
    ["an executable is missing", (kept) => rmSync(join(kept, "bin/pulumi-language-nodejs"))],
    ["an executable is cut short", (kept) => truncateSync(join(kept, "bin/pulumi-resource-pulumi-nodejs"), 5)],
    ["the manifest is missing", (kept) => rmSync(join(kept, "manifest.json"))],
    ["the manifest is cut short", (kept) => truncateSync(join(kept, "manifest.json"), 10)],
    ["pulumi may not be run", (kept) => chmodSync(join(kept, "bin/pulumi"), 0o644)],
    [
      "pulumi does not run",
      (kept) => {
        const file = join(kept, "bin/pulumi");
        writeFileSync(file, readFileSync(file, "utf8").replace("echo", "fail"));
      },
    ],
  ])("is built anew when %s", async (_, damage) => {
    const here = machine(go());
    const engine = await ensureEngine(here);
    damage(join(folder, "cache", cacheKey()));
    await expect(ensureEngine(here)).resolves.toEqual(engine);
    expect(said.join("\n")).toMatch(/is not usable \(.+\): making it anew/);
    expect(builds()).toBe(4);
  });

  test("takes no notice of what a killed run has left, and removes it", async () => {
    const left = join(folder, "cache", `${cacheKey()}.partial-killed`);
    mkdirSync(join(left, "bin"), { recursive: true });
    writeFileSync(join(left, "bin/pulumi"), "half");
    await ensureEngine(machine(go()));
    expect(readdirSync(join(folder, "cache"))).toEqual([cacheKey()]);
  });

  test("is built once when several runs want it at the same time", async () => {
    const here = machine(go());
    const script = `
      const [module, options] = process.argv.slice(1);
      require(module).ensureEngine({ ...JSON.parse(options), log() {} })
        .then((engine) => console.log(JSON.stringify(engine)));`;
    const run = () =>
      runCommand(process.execPath, ["-e", script, require.resolve("./engine.js"), JSON.stringify(here)]);
    const results = await Promise.all([run(), run(), run()]);
    for (const { stdout, stderr } of results) {
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toMatchObject({ source: "built", version: ENGINE_VERSION });
    }
    expect(builds()).toBe(2);
  });

  test("is built by the next run when the one that was building it is killed", async () => {
    const here = machine(go());
    const script = `require(process.argv[1]).withLock(process.argv[2], async () => {
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }, console.log);`;
    mkdirSync(here.cacheDirectory);
    const lock = join(here.cacheDirectory, `${cacheKey()}.lock`);
    const holder = spawn(process.execPath, ["-e", script, require.resolve("./lock.js"), lock]);
    await once(holder.stdout, "data");
    setTimeout(() => holder.kill("SIGKILL"), 500);
    await expect(ensureEngine(here)).resolves.toMatchObject({ source: "built" });
    expect(said[0]).toBe(`another run (process ${holder.pid}) is at it: waiting for it`);
  });
});
