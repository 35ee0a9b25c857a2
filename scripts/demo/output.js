"use strict";
// The engine's output, cut down to what a reader of the demo looks for: what was done to each resource, and what the
// provider says of it.

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colors begin with one.
const COLORS = /\u001b\[[0-9;]*m/g;

/** The part of every type that tells the reader nothing. */
const PREFIX = "pulumi-nodejs:dynamic/snapshots:";

/**
 * A row of something that is done, without what the provider says beside it. Where something is replaced, the engine has
 * a second row for the old one, which says "deleted" of what the provider may have left on its platform.
 */
const DONE =
  /^ ([-+~]+) +pulumi-nodejs:\S+ \S+ (created|updated|deleted(?! original)|update|create|delete)\b( replacement)?( \([\d.]+m?s\))?( \[diff: [^\]]*\])?/;

/** Where the provider's messages begin under each resource's name. */
const OWNER = /^ {2}pulumi-nodejs:dynamic\/\S+ \((.+)\):$/;

/** @param {string} text */
function plain(text) {
  return text.replace(COLORS, "").trimEnd();
}

/**
 * As many characters of a colored text, with all of its colors.
 *
 * @param {string} text
 * @param {number} length
 */
function beginning(text, length) {
  let seen = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colors begin with one.
  return text.replace(/(\u001b\[[0-9;]*m)|./g, (part, color) => {
    if (color !== undefined) return color;
    seen += 1;
    return seen <= length ? part : "";
  });
}

/**
 * Passes on the rows of what is done, each as soon as it is whole.
 *
 * @param {(line: string) => void} print
 * @returns {(output: string) => void} Takes all output so far, whenever there is more.
 */
function rowsOf(print) {
  let read = 0;
  /** @type {Set<string>} */
  const printed = new Set();
  return (output) => {
    const end = output.lastIndexOf("\n") + 1;
    const lines = output.slice(read, end).split("\n");
    read = Math.max(read, end);
    for (const line of lines) {
      const done = DONE.exec(plain(line))?.[0];
      if (done === undefined || printed.has(done)) continue;
      printed.add(done);
      print(beginning(line, done.length).replace(PREFIX, ""));
    }
  };
}

/**
 * What the provider says of each resource, at the end of a command's output.
 *
 * @param {string} output
 * @returns {{ owner: string, message: string }[]}
 */
function messagesOf(output) {
  /** @type {{ owner: string, message: string }[]} */
  const messages = [];
  let owner = "";
  for (const line of output.split("\n")) {
    const text = plain(line);
    const found = OWNER.exec(text)?.[1];
    if (found !== undefined) owner = found;
    else if (text !== "" && !text.startsWith("    ")) owner = "";
    else if (owner !== "" && text !== "") messages.push({ owner, message: text.trim() });
  }
  return messages;
}

/**
 * Breaks a line between words, so that it is read as well in a narrow terminal.
 *
 * @param {string} line Without colors.
 * @param {number} width Of the terminal, in characters.
 * @param {string} indent Of all lines but the first.
 */
function wrapped(line, width, indent) {
  const lines = [""];
  for (const word of line.split(/(?<=\S)(?= )/)) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + word.length > width) lines.push(`${indent}${word.trimStart()}`);
    else lines[lines.length - 1] = `${last}${word}`;
  }
  return lines;
}

module.exports = { messagesOf, rowsOf, wrapped };
