"use strict";
// Draws a command's output over time as an animated terminal: one SVG file without scripts, fonts or links.

/**
 * A line of the recording.
 *
 * @typedef {object} Line
 * @property {number} atMs Time from the start at which it was printed, in milliseconds.
 * @property {string} text The line with terminal colors.
 */

/** @typedef {{ text: string, classes: readonly string[] }} Span */

const COLUMNS = 104;
const ROWS = 30;
const LINE_HEIGHT = 18;
const FONT_SIZE = 13;
/** Maximum width of a monospace character: 0.61 of the font size. */
const CHARACTER_WIDTH = FONT_SIZE * 0.61;
const MARGIN = 16;
const TITLE_BAR = 36;
const WIDTH = Math.ceil(COLUMNS * CHARACTER_WIDTH) + 2 * MARGIN;
const HEIGHT = ROWS * LINE_HEIGHT + TITLE_BAR + MARGIN;

/** Longest pause in the recording, regardless of the engine's time. */
const LONGEST_PAUSE_MS = 1_800;
/** How long the last screen stays before it starts over. */
const END_PAUSE_MS = 8_000;

const COLOR_NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/**
 * @param {readonly number[]} codes Codes of one escape sequence.
 * @param {ReadonlySet<string>} before The classes in force.
 */
function classesAfter(codes, before) {
  const classes = new Set(before);
  const setColor = (/** @type {number} */ number) => {
    for (const name of COLOR_NAMES) classes.delete(name);
    classes.add(COLOR_NAMES[number % 8] ?? "white");
  };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) classes.clear();
    else if (code === 1) classes.add("bold");
    else if (code === 2) classes.add("dim");
    else if (code === 39) for (const name of COLOR_NAMES) classes.delete(name);
    else if (code === 38 && codes[index + 1] === 5) {
      const number = codes[index + 2] ?? 0;
      if (number < 16) setColor(number);
      index += 2;
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) setColor(code % 10);
  }
  return classes;
}

/**
 * @param {string} text
 * @returns {Span[]}
 */
function spansOf(text) {
  /** @type {Span[]} */
  const spans = [];
  /** @type {Set<string>} */
  let classes = new Set();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colors begin with one.
  for (const [index, part] of text.split(/\u001b\[([0-9;]*)m/).entries()) {
    if (index % 2 === 1) classes = classesAfter(part.split(";").map(Number), classes);
    else if (part !== "") spans.push({ text: part, classes: [...classes] });
  }
  return spans;
}

/**
 * @param {string} text
 * @param {number} row
 */
function drawnLine(text, row) {
  const spans = spansOf(text).map(({ text: part, classes }) =>
    classes.length === 0 ? escaped(part) : `<tspan class="${classes.join(" ")}">${escaped(part)}</tspan>`,
  );
  const y = row * LINE_HEIGHT + FONT_SIZE;
  return spans.length === 0 ? "" : `<text y="${y}">${spans.join("")}</text>`;
}

/**
 * Returns the time at which each line appears in the recording: as recorded, except that long waits are shortened.
 *
 * @param {readonly Line[]} lines
 */
function timesOf(lines) {
  let last = 0;
  let shown = 0;
  return lines.map(({ atMs }) => {
    shown += Math.min(atMs - last, LONGEST_PAUSE_MS);
    last = atMs;
    return shown;
  });
}

/**
 * Steps of an animation: each value holds until the next one's time.
 *
 * @param {string} name
 * @param {readonly (readonly [atMs: number, y: number])[]} steps
 * @param {number} totalMs
 */
function keyframes(name, steps, totalMs) {
  // If several steps have the same time, the last one counts.
  const stops = new Map([["0%", 0]]);
  for (const [atMs, y] of steps) stops.set(`${Number(((100 * atMs) / totalMs).toFixed(2))}%`, y);
  const rules = [...stops].map(([at, y]) => `${at}{transform:translateY(${y}px)}`);
  return `@keyframes ${name}{${rules.join("")}}`;
}

/**
 * @param {readonly Line[]} lines
 * @param {{ title: string, description: string }} about For people who can't see the image.
 * @returns {string}
 */
function terminalSvg(lines, { title, description }) {
  const times = timesOf(lines);
  const totalMs = (times.at(-1) ?? 0) + END_PAUSE_MS;
  const scrollAt = (/** @type {number} */ count) => -Math.max(0, count - ROWS) * LINE_HEIGHT;
  /** @type {[number, number][]} */
  const scroll = times.map((atMs, index) => [atMs, scrollAt(index + 1)]);
  /** @type {[number, number][]} */
  const reveal = times.map((atMs, index) => [atMs, (index + 1) * LINE_HEIGHT]);
  const end = scrollAt(lines.length);
  const covered = lines.length * LINE_HEIGHT;
  const style = [
    ".screen{fill:#0d1117;stroke:#30363d}",
    ".bar{fill:#161b22}",
    "text{fill:#c9d1d9;font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}",
    ".caption{fill:#8b949e}",
    ".dot{fill:#484f58}",
    ".bold{font-weight:bold;fill:#f0f6fc}",
    ".dim,.black{fill:#8b949e}",
    ".red{fill:#ff7b72}.green{fill:#7ee787}.yellow{fill:#e3b341}.blue{fill:#79c0ff}",
    ".magenta{fill:#d2a8ff}.cyan{fill:#76e3ea}.white{fill:#c9d1d9}",
    "@media (prefers-color-scheme:light){.screen{fill:#fff;stroke:#d0d7de}.bar{fill:#f6f8fa}text{fill:#24292f}",
    ".caption,.dim,.black{fill:#57606a}.dot{fill:#d0d7de}.bold{fill:#0b0e12}.red{fill:#cf222e}.green{fill:#116329}",
    ".yellow{fill:#7d4e00}.blue{fill:#0550ae}.magenta{fill:#6639ba}.cyan{fill:#1b6f72}.white{fill:#24292f}}",
    // With reduced motion, the final screen is shown.
    `.lines{transform:translateY(${end}px)}.cover{transform:translateY(${covered}px)}`,
    "@media (prefers-reduced-motion:no-preference){",
    `.lines{animation:scroll ${totalMs}ms steps(1,end) infinite}.cover{animation:reveal ${totalMs}ms steps(1,end) infinite}}`,
    keyframes("scroll", scroll, totalMs),
    keyframes("reveal", reveal, totalMs),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style.join("\n")}</style>`,
    `<rect class="screen" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    `<path class="bar" d="M1 ${TITLE_BAR - 8}V9a8 8 0 0 1 8-8H${WIDTH - 9}a8 8 0 0 1 8 8v${TITLE_BAR - 17}z"/>`,
    ...[0, 1, 2].map((dot) => `<circle class="dot" cx="${20 + dot * 18}" cy="14.5" r="5"/>`),
    `<text class="caption" x="${WIDTH / 2}" y="19" text-anchor="middle">${escaped(title)}</text>`,
    `<svg x="${MARGIN}" y="${TITLE_BAR}" width="${WIDTH - 2 * MARGIN}" height="${ROWS * LINE_HEIGHT}">`,
    '<g class="lines">',
    ...lines.map(({ text }, row) => drawnLine(text, row)).filter((line) => line !== ""),
    `<rect class="screen cover" stroke="none" style="stroke:none" width="100%" height="${covered + ROWS * LINE_HEIGHT}"/>`,
    "</g>",
    "</svg>",
    "</svg>",
    "",
  ].join("\n");
}

module.exports = { COLUMNS, terminalSvg };
