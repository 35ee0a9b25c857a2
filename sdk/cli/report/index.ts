import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import {
  defined,
  definitions,
  type Gathered,
  gatherAccount,
  gatherStacks,
  isWhole,
  joinReport,
  messageOf,
  type PlatformDefinition,
  type Report,
  type ReportStack,
  readStack,
  type StackSource,
  systemClock,
  VERSION,
} from "../../../provider";
import { EXIT, printJson, tell, UsageError } from "../output";
import { stackState } from "../pulumi";
import { connectionProblems, isInEnvironment, readConnections, sessionOn, type Wanted } from "../session";
import { verb } from "../verb";
import { concernsIn } from "./concerns";
import { markdownOf } from "./markdown";
import { pageOf } from "./page";
import { count, totalsOf } from "./words";

type Format = "html" | "markdown";

interface Options {
  readonly stack?: readonly string[];
  readonly out?: string;
  readonly format?: Format;
  readonly connection?: string;
  readonly cwd?: string;
  readonly json?: true;
}

const platforms: readonly PlatformDefinition[] = Object.values(definitions);

/** Opens a stack: its contents and a session for the platforms of its resources. */
async function sourceOf(stack: string, cwd: string | undefined): Promise<StackSource> {
  const contents = readStack(await stackState({ stack, cwd }));
  const wanted = contents.resources.flatMap(({ outputs: { platform, connection } }): Wanted[] => {
    const definition = platforms.find(({ name }) => name === platform);
    const named = typeof connection === "string" ? connection : undefined;
    return definition === undefined ? [] : [{ platform: definition.name, connection: named }];
  });
  const options = { stack, ...defined({ cwd }) };
  const { sources } = await readConnections(wanted.length === 0 ? {} : options, wanted);
  return {
    name: stack,
    contents,
    session: sessionOn(sources),
    connectionProblem(platform, connection) {
      const problems = connectionProblems([{ platform, connection }], sources, options);
      return problems.length === 0 ? undefined : problems.join("; ");
    },
  };
}

/** Reports on stacks: their resources and the platforms' lists. A stack that can't be read is shown as such. */
async function ofStacks(names: readonly string[], { cwd, connection }: Options): Promise<Report> {
  const stacks: ReportStack[] = [];
  const sources: StackSource[] = [];
  const failures: unknown[] = [];
  // Sequential, since each of them runs pulumi.
  for (const name of new Set(names)) {
    try {
      sources.push(await sourceOf(name, cwd));
      stacks.push({ name, problem: null });
    } catch (error) {
      failures.push(error);
      stacks.push({ name, problem: messageOf(error) });
    }
  }
  if (sources.length === 0) throw new Error(failures.map(messageOf).join("\n"));
  const gathered = await gatherStacks(sources, connection);
  return joinReport([gathered], stacks, [], systemClock.now());
}

/** Reports on the accounts whose credentials are in the environment. */
async function ofAccounts({ cwd, connection }: Options): Promise<Report> {
  const options = { ...defined({ connection, cwd }) };
  const { sources } = await readConnections(options, []);
  const set = platforms.filter(
    (each) => isInEnvironment(each) && (connection === undefined || each.name === connection),
  );
  const listable = set.filter(({ listAccount }) => listAccount);
  const without = set
    .filter(({ listAccount }) => !listAccount)
    .map(({ title, cannot }) => `${title} is not shown without a stack: ${cannot["listAccount"]}`);
  if (set.length === 0) {
    throw new UsageError(
      "--stack is missing, and no connection is set in the environment: name the stacks to report on",
    );
  }
  if (listable.length === 0) {
    throw new UsageError(`--stack is missing: name the stacks to report on. ${without.join(". ")}`);
  }
  const session = sessionOn(sources);
  const gathered = await Promise.all(
    listable.map(async ({ name }): Promise<Gathered> => {
      const problems = connectionProblems([{ platform: name }], sources, options);
      return problems.length === 0 ? gatherAccount(session, name, name) : { targets: [], problems };
    }),
  );
  const notes = [...without, "An account's list does not show targets without snapshots."];
  return joinReport(gathered, [], notes, systemClock.now());
}

function formatOf({ format, out, json }: Options): Format {
  if (format !== undefined && json && out === undefined) {
    throw new UsageError(
      "--json prints the data, and --format says how a page is written: add --out, or leave one out",
    );
  }
  return format ?? (/\.(md|markdown)$/i.test(out ?? "") ? "markdown" : "html");
}

/** Returns the summary of a report, a line for stderr. */
function summaryOf(report: Report): string {
  const { targets, byFreshness, snapshots } = totalsOf(report);
  const unread = byFreshness.unknown === 0 ? "" : `, ${byFreshness.unknown} can't be read`;
  return (
    `${count(targets, "target")} (${byFreshness.fresh} fresh, ${byFreshness.stale} stale${unread}), ` +
    `${count(snapshots, "snapshot")}, ${count(concernsIn(report).length, "thing")} to look at`
  );
}

function problemsOf({ stacks, targets, problems }: Report): string[] {
  return [
    ...stacks.flatMap(({ name, problem }) => (problem === null ? [] : [`stack ${name}: ${problem}`])),
    ...problems,
    ...targets.flatMap(({ kind, id, problem, policies }) => [
      ...(problem === null ? [] : [`${kind} ${id}: ${problem}`]),
      ...policies.flatMap(({ name, problem: why }) => (why === null ? [] : [`policy ${name}: ${why}`])),
    ]),
  ];
}

/** `pulumi-snapshots report`: writes one page about backups, their age and what needs attention. */
export function reportCommand(): Command {
  return verb("report", "Write one page: timelines, freshness, reasons, sizes, and what no stack tracks", [
    "pulumi-snapshots report --stack prod --out report.html",
    "pulumi-snapshots report --stack prod --stack shop --cwd infra > report.html",
    'pulumi-snapshots report --stack prod --format markdown >> "$GITHUB_STEP_SUMMARY"',
  ])
    .option("--stack <names...>", "the Pulumi stacks to report on; left out: the accounts whose credentials are set")
    .option("--out <file>", "the file to write, which is replaced; left out: stdout")
    .addOption(
      new Option("--format <format>", "default: html, or markdown for a file .md").choices(["html", "markdown"]),
    )
    .option("--connection <name>", "only the targets on this connection")
    .option("--cwd <dir>", "the folder of the stacks' program; default: this one")
    .action(async (options: Options) => {
      const { stack, out, json } = options;
      const format = formatOf(options);
      const report = stack === undefined ? await ofAccounts(options) : await ofStacks(stack, options);
      const page = (): string => (format === "html" ? pageOf(report, VERSION) : markdownOf(report));
      if (out !== undefined) await writeFile(out, page());
      if (json) printJson(report);
      else if (out === undefined) process.stdout.write(page());
      tell(`${out === undefined ? "" : `wrote ${out}: `}${summaryOf(report)}`);
      if (isWhole(report)) return;
      for (const problem of problemsOf(report)) tell(`pulumi-snapshots: ${problem}`);
      process.exitCode = EXIT.failed;
    });
}
