"use strict";
// Reduces the engine's output to what matters in the demo: what was done to each resource, and the provider's messages
// about it.

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colors begin with one.
const COLORS = /\u001b\[[0-9;]*m/g;

/** The part of every type that is redundant for the reader. */
const PREFIX = "pulumi-nodejs:dynamic/snapshots:";

/**
 * A row about a step, without the provider's message beside it. For a replacement, the engine prints a second
 * row for the old resource, "deleted", even if the provider left the snapshot on its platform.
 */
const DONE =
  /^ ([-+~]+) +pulumi-nodejs:\S+ \S+ (created|updated|deleted(?! original)|update|create|delete)\b( replacement)?( \([\d.]+m?s\))?( \[diff: [^\]]*\])?/;

/** The line above the provider's messages, with the resource's name. */
const OWNER = /^ {2}pulumi-nodejs:dynamic\/\S+ \((.+)\):$/;

/** @param {string} text */
function plain(text) {
  return text.replace(COLORS, "").trimEnd();
}

/**
 * Returns the first characters of a colored text, with all of its colors.
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
 * Prints the rows about steps, each as soon as it is complete.
 *
 * @param {(line: string) => void} print
 * @returns {(output: string) => void} To be called with all output so far, whenever there is more.
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
 * Returns the provider's messages about each resource, from the end of a command's output.
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
 * Wraps a line between words, so that it is readable in a narrow terminal.
 *
 * @param {string} line Without colors.
 * @param {number} width Width of the terminal, in characters.
 * @param {string} indent Indentation of all lines but the first.
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
