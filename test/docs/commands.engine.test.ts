import { createWorkspace, type Workspace } from "../support/engine";
import { commandsShown, parseWords, usageIn } from "./commands";

let workspace: Workspace;

beforeAll(async () => {
  workspace = await createWorkspace({ files: { "Pulumi.yaml": { name: "docs", runtime: "nodejs" } } });
});
afterAll(() => workspace.dispose());

/** Verbs that have subcommands. */
const PARENTS = ["config", "stack", "state"];

test("every pulumi command that the pages show has verbs and flags that the engine knows", async () => {
  const shown = commandsShown("pulumi").filter(({ words }) => words.length > 1);
  expect(shown.length).toBeGreaterThan(40);
  const helps = new Map<string, string>();
  const wrong: string[] = [];
  for (const { page, words } of shown) {
    const [, verb = "", second = ""] = words;
    // The pages mention no third level, such as `pulumi stack schedule new`.
    const verbs = PARENTS.includes(verb) && second !== "" && !second.startsWith("-") ? [verb, second] : [verb];
    const key = verbs.join(" ");
    if (!helps.has(key)) {
      const { code, output } = await workspace.pulumi([...verbs, "--help"]);
      const [, aliases = ""] = /^Aliases:\n +(.*)$/m.exec(output) ?? [];
      const isAlias = aliases.split(", ").includes(verbs.at(-1) ?? "");
      const isKnown = code === 0 && (isAlias || new RegExp(`^ +pulumi ${key}\\b`, "m").test(output));
      helps.set(key, isKnown ? output : "");
    }
    const help = helps.get(key) ?? "";
    if (help === "") {
      wrong.push(`${page}: no pulumi ${key}`);
      continue;
    }
    try {
      parseWords(words.slice(1 + verbs.length), usageIn(help));
    } catch (error) {
      wrong.push(`${page}: ${String(error)}`);
    }
  }
  expect([...new Set(wrong)]).toEqual([]);
}, 300_000);
