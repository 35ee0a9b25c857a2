import { execFileSync } from "node:child_process";
import { compileCache, program } from "../cli/command";
import { commandsShown, parseWords, usageIn } from "./commands";

const helps = new Map<string, string>();

function helpOf(...verbs: string[]): string {
  const key = verbs.join(" ");
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const help =
    helps.get(key) ?? execFileSync(process.execPath, [program, ...verbs, "--help"], { env, encoding: "utf8" });
  helps.set(key, help);
  return help;
}

/** The verbs below a command, by its help. */
function verbsOf(help: string): string[] {
  const [, list = ""] = /^Commands:\n((?: +.*\n?)+)/m.exec(help) ?? [];
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, verb = ""]) => verb).filter((verb) => verb !== "help");
}

/** How many operands a command takes, by the first line of its help. */
function operandsOf(help: string): { least: number; most: number } {
  const [, usage = ""] = /^Usage: (.*)$/m.exec(help) ?? [];
  const least = usage.match(/ <[^>]+>/g)?.length ?? 0;
  const optional = usage.match(/ \[(?!options\]|command\])[^\]]+\]/g)?.length ?? 0;
  return { least, most: usage.includes("...") ? Number.POSITIVE_INFINITY : least + optional };
}

/** Why a command of the pages would not be understood; undefined where it would. */
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
  // A command that text only mentions may go without its operands.
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
