"use strict";
// Formats the measurements as a page.

const os = require("node:os");

/**
 * A measurement and its bound; without a bound it is only shown.
 *
 * @typedef {object} Measure
 * @property {string} what
 * @property {number | undefined} value undefined where this system can't measure it.
 * @property {number} [most]
 * @property {number} [least]
 * @property {number} [digits] Digits after the decimal point; default: 2.
 * @property {string} [why] Reason why the bound is missed, according to profiling: a clause.
 */

/**
 * @typedef {object} Figures
 * @property {readonly Measure[]} measures
 * @property {readonly (readonly string[])[]} [times] Command, then the seconds of each program.
 * @property {{ sizes: readonly number[], rows: readonly (readonly string[])[] }} [growth]
 * @property {readonly (readonly string[])[]} [retention]
 */

/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;

/**
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 */
function table(titles, rows) {
  return [row(titles), row(titles.map(() => "---")), ...rows.map(row)].join("\n");
}

/** @param {Measure} measure */
function holds({ value, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) {
  return value === undefined || (value <= most && value >= least);
}

/** @param {Measure} measure */
function measureCells(measure) {
  const { what, value, most, least, digits = 2 } = measure;
  const bound = most !== undefined ? `≤ ${most}` : least !== undefined ? `≥ ${least}` : "";
  if (value === undefined) return [what, "not measured here", bound];
  return [what, holds(measure) ? value.toFixed(digits) : `**${value.toFixed(digits)}**`, bound];
}

/**
 * @param {object} about
 * @param {number} about.n
 * @param {number} about.rounds
 * @param {Record<string, string>} about.versions
 */
function machineText({ n, rounds, versions }) {
  const [cpu] = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)} with N = ${n} and ${rounds} rounds, on ${os.type()} ` +
    `${os.arch()}, ${os.cpus().length} × ${cpu?.model.trim() || "unknown processor"}, ${memory}; ${listed.join(", ")}.`
  );
}

/**
 * @param {Figures} figures
 * @param {Parameters<typeof machineText>[0]} about
 */
function pageOf(figures, about) {
  const parts = [
    `# Performance

Written by \`npm run bench\`; don't edit it by hand. ${machineText(about)}

The platforms are the emulator's, on the same machine, and answer at once unless a row says otherwise. A ratio compares two
programs whose commands run in turns; it is the median over the rounds, and a figure in bold misses its bound. The state is
in a local folder. Two no-op providers are the floor: one by a stored text of the same form as this package's (nothing can
be faster than that), and one by \`pulumi.dynamic.Resource\`, which is what a program usually has.

## What must hold

${table(["measure", "reached", "must be"], figures.measures.map(measureCells))}`,
  ];
  const missed = figures.measures.filter((measure) => measure.why !== undefined && !holds(measure));
  if (missed.length > 0) {
    parts.push(`What profiling shows of those that miss their bound:

${missed.map(({ what, why }) => `- ${what}: ${why}`).join("\n")}`);
  }
  if (figures.times !== undefined) {
    const titles = ["command", "pulumi-snapshots", "no-op, stored text", "no-op, `pulumi.dynamic.Resource`"];
    parts.push(`## The same in seconds

Of ${about.n} resources.

${table(titles, figures.times)}`);
  }
  if (figures.retention !== undefined) {
    parts.push(`## Retention

${table(["snapshots", "time"], figures.retention)}`);
  }
  if (figures.growth !== undefined) {
    const { sizes, rows } = figures.growth;
    parts.push(`## Growth

In brackets: as a multiple of the first size.

${table(["command", "program", ...sizes.map((size) => `${size} resources`)], rows)}

The no-op grows faster than its resources do, because the engine writes the whole state after every step: twice the
resources are twice as many steps, each of which writes twice as much. No provider can change that. What a user can do:

- Have fewer resources in a stack: several stacks of some hundred resources each are faster together than a single one, can
  run at the same time, and fail alone.
- Keep the state in Pulumi Cloud, which recent engines send only what a step has changed. A folder or a bucket gets the whole
  state each time.
- Set \`PULUMI_SKIP_CHECKPOINTS=true\`: the engine then writes the state only at the end. The price is high here: an up that
  is killed in between leaves no record of the snapshots that it took. They are found by this package's own journal on the
  same machine only.
- Raise \`--parallel\` where the platforms are slow rather than the machine. Creates on one target still run one after another,
  and the platforms' rate limits hold for all together.`);
  }
  return `${parts.join("\n\n")}\n`;
}

module.exports = { pageOf };
