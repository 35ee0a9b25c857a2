import { blocksOf, pages, proseOf } from "./pages";

/** Command line that a page shows. */
export interface Shown {
  readonly page: string;
  /** Its words without quotes; placeholders such as `<token>` are kept. */
  readonly words: readonly string[];
}

/** Splits a command into words at blanks; quotes keep words together, and `$(…)` counts as one. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|<[^>]*>|[^\s"'$<]|\$)+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ""),
  );
}

/** Simple commands of a script, one for each line or part of a pipe, without redirections. */
function commandsOf(script: string): string[] {
  return script
    .replaceAll(/\\\n/g, " ")
    .replaceAll(/(\||&&)[ \t]*\n/g, "$1 ")
    .split("\n")
    .flatMap((line) => line.replace(/(^|\s)#.*$/, "").split(/\|\||&&|\||;/))
    .map((command) => command.replaceAll(/\s*(\d?>>?)\s*(&\d|[^\s&]+)/g, "").replace(/&\s*$/, ""))
    .map((command) => command.replace(/^\s*(-\s+)?(run:\s+)?(\$\s+)?(npx\s+)?/, "").trim());
}

type Program = "pulumi" | "pulumi-snapshots";

/** The words of each command of a program in a script. */
export function commandsIn(script: string, program: Program): string[][] {
  return commandsOf(script)
    .map(wordsOf)
    .filter(([first]) => first === program);
}

/** Commands of a program that the pages show in scripts, pipelines and text. */
export function commandsShown(program: Program): Shown[] {
  return pages.flatMap((page) => {
    const scripts = blocksOf(page).filter(({ language }) => ["sh", "bash", "yaml", ""].includes(language));
    const quoted = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
    return [...scripts.map(({ text }) => text), ...quoted]
      .flatMap((script) => commandsIn(script, program))
      .map((words) => ({ page, words }));
  });
}

/** Commands of a program that the pages' shell scripts run. */
export function commandsScripted(program: Program): Shown[] {
  return pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => commandsIn(text, program))
      .map((words) => ({ page, words })),
  );
}

/** Flags that a command's `--help` lists. */
export interface Usage {
  readonly flags: ReadonlySet<string>;
  /** Flags that take a value. */
  readonly valued: ReadonlySet<string>;
}

/** Reads a help text's flags, as commander and pulumi print them: `-o, --output <file>` or `-m, --message string`. */
export function usageIn(help: string): Usage {
  const flags = new Set<string>();
  const valued = new Set<string>();
  for (const [, short, long = "", value] of help.matchAll(
    /^ +(?:(-\w), )?(--[\w-]+)(?:[ =](<[^>]+>|\[?\w+\]?(?= {2})))?/gm,
  )) {
    for (const flag of [short, long]) {
      if (flag === undefined || flag === "") continue;
      flags.add(flag);
      if (value !== undefined) valued.add(flag);
    }
  }
  return { flags, valued };
}

/** Separates a command's flags from its operands; throws on a flag that the usage lacks. */
export function parseWords(words: readonly string[], { flags, valued }: Usage): { operands: string[] } {
  const operands: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const [flag = "", value] = word.split("=", 2);
    if (!flags.has(flag)) throw new Error(`unknown flag ${flag} in ${words.join(" ")}`);
    if (value === undefined && valued.has(flag)) index++;
  }
  return { operands };
}
