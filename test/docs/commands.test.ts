import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seed, startEmulator } from "../../emulator";
import { Command, compileCache, fakePulumi, program } from "../cli/command";
import { commandsIn, commandsScripted, commandsShown, parseWords, usageIn } from "./commands";

const helps = new Map<string, string>();

function helpOf(...verbs: string[]): string {
  const key = verbs.join(" ");
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const help =
    helps.get(key) ?? execFileSync(process.execPath, [program, ...verbs, "--help"], { env, encoding: "utf8" });
  helps.set(key, help);
  return help;
}

/** Subcommands of a command, from its help. */
function verbsOf(help: string): string[] {
  const [, list = ""] = /^Commands:\n((?: +.*\n?)+)/m.exec(help) ?? [];
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, verb = ""]) => verb).filter((verb) => verb !== "help");
}

/** Number of operands that a command takes, from the first line of its help. */
function operandsOf(help: string): { least: number; most: number } {
  const [, usage = ""] = /^Usage: (.*)$/m.exec(help) ?? [];
  const least = usage.match(/ <[^>]+>/g)?.length ?? 0;
  const optional = usage.match(/ \[(?!options\]|command\])[^\]]+\]/g)?.length ?? 0;
  return { least, most: usage.includes("...") ? Number.POSITIVE_INFINITY : least + optional };
}

/** Reason why a command of the pages would be rejected; undefined if it would not. */
function problemOf(words: readonly string[]): string | undefined {
  const verbs: string[] = [];
  let rest = words.slice(1);
  for (;;) {
    const known = verbsOf(helpOf(...verbs));
    const [verb = ""] = rest;
    if (!known.includes(verb)) {
      if (known.length > 0 && verb !== "" && verb !== "<verb>") return `no verb ${verb}`;
      break;
    }
    verbs.push(verb);
    rest = rest.slice(1);
  }
  const help = helpOf(...verbs);
  let operands: readonly string[];
  try {
    ({ operands } = parseWords(rest, usageIn(help)));
  } catch (error) {
    return String(error);
  }
  // Text may mention a command without its operands.
  const { least, most } = operandsOf(help);
  const isMentioned = operands.length === 0;
  return isMentioned || (operands.length >= least && operands.length <= most) ? undefined : `operands ${operands}`;
}

test("every pulumi-snapshots command that the pages show has verbs, flags and operands that exist", () => {
  const shown = commandsShown("pulumi-snapshots");
  expect(shown.length).toBeGreaterThan(30);
  const wrong = shown.flatMap(({ page, words }) => {
    const problem = problemOf(words.filter((word) => word !== GAP && word !== "[TARGET]"));
    return problem === undefined ? [] : [`${page}: ${words.join(" ")}: ${problem}`];
  });
  expect(wrong).toEqual([]);
}, 60_000);

const GAP = "…";

test("the page of the command line has every verb", () => {
  const verbs = verbsOf(helpOf()).map((verb) => verb.split(" ")[0]);
  const shown = new Set(commandsShown("pulumi-snapshots").map(({ words }) => words[1]));
  expect(verbs.filter((verb) => !shown.has(verb ?? ""))).toEqual([]);
});

/** Verbs that take operands or options of their own, with their parent verbs. */
function leaves(...verbs: string[]): string[][] {
  const below = verbsOf(helpOf(...verbs));
  return below.length === 0 ? [verbs] : below.flatMap((verb) => leaves(...verbs, verb));
}

/** Expected failures, by part of the command: those need a terminal, or an earlier lost response. */
const refusals: readonly [part: RegExp, message: RegExp][] = [
  [/^restore (?!.*--confirm)/, /--confirm is missing/],
  [/--again/, /this machine has recorded none for this target/],
];

test("every pulumi-snapshots command that a script of the pages runs, or --help shows, works with the emulator", async () => {
  const emulator = await startEmulator();
  Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  const folder = mkdtempSync(path.join(tmpdir(), "pulumi-snapshots-docs-"));
  const { volumeId } = seed.scp;
  const urn = "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:BackupPolicy::nightly";
  const nightly = {
    urn,
    type: "pulumi-nodejs:dynamic/snapshots:BackupPolicy",
    id: `scp/volume/${volumeId}/policy/0a1b2c3d`,
    custom: true,
    inputs: {},
    outputs: { __urn: urn, platform: "scp", volumeId, runBy: "up", schedules: [{ cron: "0 3 * * *" }], snapshots: [] },
  };
  const PATH = fakePulumi(folder, { names: ["prod", "shop", "acme/shop/staging"], resources: [nightly] });

  /** Returns the problem of a command that ends wrongly; each runs in its own folder and PULUMI_HOME. */
  async function problemOfRun(args: readonly string[]): Promise<string | undefined> {
    const cwd = mkdtempSync(path.join(folder, "run-"));
    mkdirSync(path.join(cwd, "infra")); // for --cwd
    const command = new Command({
      args,
      env: { ...emulator.environment, PATH, PULUMI_HOME: cwd },
      cwd,
    });
    const code = await command.ended;
    const text = args.join(" ");
    const refusal = refusals.find(([part]) => part.test(text));
    const isRight = refusal === undefined ? code === 0 : code === 1 && refusal[1].test(command.stderr);
    return isRight ? undefined : `${text}: ${code} ${command.stderr}`;
  }

  const examples = leaves().flatMap((verbs) => {
    const [, text = ""] = helpOf(...verbs).split("Examples:\n");
    return commandsIn(text, "pulumi-snapshots");
  });
  const lines = [...commandsScripted("pulumi-snapshots").map(({ words }) => words), ...examples]
    // `emulate` runs until it is stopped, and has its own tests.
    .filter((words) => words[1] !== "emulate" && !words.some((word) => /[<$…]/.test(word)))
    .map((words) => JSON.stringify(words.slice(1)));
  const left = [...new Set(lines)].map((line): string[] => JSON.parse(line));
  expect(left.length).toBeGreaterThan(25);
  const problems: (string | undefined)[] = [];
  const runAll = async () => {
    for (let args = left.shift(); args !== undefined; args = left.shift()) problems.push(await problemOfRun(args));
  };
  try {
    await Promise.all([runAll(), runAll(), runAll()]);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true });
  }
  expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
}, 120_000);
