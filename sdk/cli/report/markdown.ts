import { instantOf, type Report, type ReportTarget } from "../../../provider";
import { shown } from "../output";
import { characterOf, concernsIn } from "./concerns";
import {
  ageSentence,
  count,
  fateText,
  freshnessWords,
  type Mark,
  markOrder,
  marks,
  newestText,
  policySentence,
  sizeText,
  slotsOf,
  targetName,
  timeText,
  totalsOf,
} from "./words";

/** Maximum number of snapshots listed per target: a pull request comment holds at most 65,536 characters. */
const MOST_SNAPSHOTS = 10;
/** Number of characters in a timeline. */
const STRIP = 40;

/**
 * Formats a text as Markdown code, in which nothing is markup, a mention or a link: one line, between more backticks
 * than it has in a row. Pipes are escaped, since Markdown splits table cells first.
 */
export function code(text: string): string {
  const line = shown(text).replace(/\s+/g, " ").trim();
  if (line === "") return "";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^`|`$/.test(line) ? " " : "";
  return `${fence}${space}${line.replace(/\|/g, "\\|")}${space}${fence}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Draws a target's timeline in characters, each of them the mark that most needs attention. */
export function stripOf(target: ReportTarget, nowIso: string): string {
  const [fromMs = 0, nowMs = 0] = [target.from, nowIso].map(instantOf);
  const cells: (Mark | undefined)[] = Array.from({ length: STRIP });
  const put = (iso: string | null, mark: Mark): void => {
    const atMs = instantOf(iso);
    if (atMs === undefined || atMs < fromMs || atMs > nowMs) return;
    const cell = Math.min(STRIP - 1, Math.floor(((atMs - fromMs) / (nowMs - fromMs)) * STRIP));
    const held = cells[cell];
    if (held === undefined || markOrder.indexOf(mark) > markOrder.indexOf(held)) cells[cell] = mark;
  };
  for (const { createdAt, fate } of target.snapshots) put(createdAt, fate);
  for (const { at, state } of slotsOf(target)) put(at, state);
  return cells.map((mark) => (mark === undefined ? "·" : marks[mark].character)).join("");
}

function targetPart(target: ReportTarget, nowIso: string): string {
  const { problem, policies, snapshots, platformTitle, freshness, from } = target;
  const { label, character } = freshnessWords[freshness];
  const rows = snapshots
    .slice(0, MOST_SNAPSHOTS)
    .map((snapshot) => [
      snapshot.createdAt === null ? "unknown" : timeText(snapshot.createdAt),
      code(fateText(snapshot)),
      sizeText(snapshot) === "" ? "" : code(sizeText(snapshot)),
      code(snapshot.snapshotId),
    ]);
  const slots = slotsOf(target).map(
    ({ at, state, policy }) => `- ${marks[state].label}: ${timeText(at)} UTC, ${code(policy)}`,
  );
  const more = snapshots.length - rows.length;
  const drawn = [...snapshots.map(({ createdAt }) => createdAt), ...slotsOf(target).map(({ at }) => at)];
  return [
    `### ${code(targetName(target))} on ${platformTitle}`,
    `${character} **${label}**. ${ageSentence(target, nowIso)}`,
    ...(problem === null ? [] : [`Can't be read: ${code(problem)}`]),
    ...policies.flatMap((policy) => [
      `- ${code(policy.name)}: ${code(policySentence(policy))}`,
      ...(policy.problem === null ? [] : [`  - can't be foreseen: ${code(policy.problem)}`]),
    ]),
    ...(drawn.some((iso) => iso !== null) ? [`\`${stripOf(target, nowIso)}\` from ${timeText(from)} UTC to now`] : []),
    ...(slots.length === 0 ? [] : [slots.join("\n")]),
    ...(rows.length === 0 ? [] : [table(["Taken (UTC)", "What becomes of it", "Size", "Id"], rows)]),
    ...(more === 0 ? [] : [`and ${count(more, "older snapshot")}`]),
  ].join("\n\n");
}

/** Formats a report as Markdown, for a job summary or a pull request comment. */
export function markdownOf(report: Report): string {
  const { generatedAt, stacks, targets, notes } = report;
  const { byFreshness, byMark, snapshots } = totalsOf(report);
  const names = stacks.map(({ name }) => code(name)).join(", ");
  const concerns = concernsIn(report).map(({ target, look, label, text }) => {
    const where = target === undefined ? "" : ` ${code(targetName(target))} on ${target.platformTitle}`;
    return `- ${characterOf(look)} **${label}**${where}: ${code(text)}`;
  });
  const overview = targets.map((target) => {
    const { problem, platformTitle, freshness } = target;
    const { label, character } = freshnessWords[freshness];
    return [
      code(targetName(target)),
      platformTitle,
      `${character} ${label}`,
      newestText(target, generatedAt),
      problem === null ? String(target.snapshots.length) : "unknown",
    ];
  });
  const used = markOrder
    .filter((mark) => byMark[mark] > 0)
    .map((mark) => `${marks[mark].character} ${marks[mark].label.toLowerCase()}`);
  return `${[
    "# Backup report",
    `${timeText(generatedAt)} UTC${names === "" ? "" : `, ${stacks.length === 1 ? "stack" : "stacks"} ${names}`}: ` +
      `${count(targets.length, "target")} (${byFreshness.fresh} fresh, ${byFreshness.stale} stale, ${byFreshness.unjudged} without maxAge, ` +
      `${byFreshness.unknown} can't be read), ${count(snapshots, "snapshot")}, ${count(byMark.missed, "missed run")}.`,
    "## Needs a look",
    concerns.length === 0 ? "Nothing." : concerns.join("\n"),
    ...(targets.length === 0
      ? []
      : ["## Overview", table(["Target", "Platform", "State", "Newest usable", "Snapshots"], overview), "## Targets"]),
    ...targets.map((target) => targetPart(target, generatedAt)),
    ...(used.length === 0 ? [] : [`Marks: ${used.join(", ")}.`]),
    ...notes.map(code),
  ].join("\n\n")}\n`;
}
