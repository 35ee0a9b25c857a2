import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messagesOf, rowsOf, wrapped } from "../scripts/demo/output.js";
import { STORY } from "../scripts/demo/story.js";
import { terminalSvg } from "../scripts/demo/svg.js";

const OUTPUT = `Updating (demo):

 \u001b[38;5;2m+ \u001b[0m pulumi-nodejs:dynamic/snapshots:Snapshot app \u001b[38;5;2mcreating (0s)\u001b[0m
 \u001b[38;5;2m+ \u001b[0m pulumi-nodejs:dynamic/snapshots:Snapshot app \u001b[38;5;2mcreated (1s)\u001b[0m note
 -- pulumi-nodejs:dynamic/snapshots:Snapshot old deleted original (0.01s)
 +  pulumi:pulumi:Stack demo created (2s)
Diagnostics:
  pulumi-nodejs:dynamic/snapshots:Snapshot (app):
    a note
    another

Resources:
    + 2 created
`;

test("the rows of what is done are shown once, with their colors, however the output comes", () => {
  const lines: string[] = [];
  const pass = rowsOf((line) => lines.push(line));
  for (let length = 0; length <= OUTPUT.length; length += 7) pass(OUTPUT.slice(0, length));
  pass(OUTPUT);
  expect(lines).toEqual([" \u001b[38;5;2m+ \u001b[0m Snapshot app \u001b[38;5;2mcreated (1s)\u001b[0m"]);
});

test("the provider's messages are read with the name of their resource", () => {
  expect(messagesOf(OUTPUT)).toEqual([
    { owner: "app", message: "a note" },
    { owner: "app", message: "another" },
  ]);
});

test("a line is broken between words", () => {
  expect(wrapped("one two three", 8, "  ")).toEqual(["one two", "  three"]);
});

test("the recording is a picture of text: escaped, without scripts or links, and still for who wants no motion", () => {
  const picture = terminalSvg(
    [
      { atMs: 0, text: "<script>&\u001b[1;32mdone\u001b[0m" },
      { atMs: 60_000, text: "end" },
    ],
    { title: 'a "title"', description: "what it shows" },
  );
  expect(picture).toContain('&lt;script&gt;&amp;<tspan class="bold green">done</tspan>');
  expect(picture).toContain('<title id="title">a &quot;title&quot;</title>');
  expect(picture).not.toMatch(/<script|href|url\(/);
  expect(picture).not.toContain("\u001b");
  expect(picture).toContain("@media (prefers-reduced-motion:no-preference)");
  expect(picture).toContain("@media (prefers-color-scheme:light)");
  // A wait of one minute is shortened.
  expect(Number(/animation:scroll (\d+)ms/.exec(picture)?.[1])).toBeLessThan(15_000);
});

test("the picture in the README is of today's story", () => {
  const picture = readFileSync(join(__dirname, "../docs/demo.svg"), "utf8").replace(/<[^>]+>/g, "");
  for (const { title } of STORY) expect(picture).toContain(title);
  expect(picture).toContain("10 asked for, 10 on the platforms, 0 twice");
});
