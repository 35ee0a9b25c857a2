"use strict";
// Small helpers for figures.

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Returns the median of the pairs' ratios: other load on the machine slows down both runs of a round.
 *
 * @param {readonly number[]} values
 * @param {readonly number[]} floors
 */
function medianRatio(values, floors) {
  return median(values.map((value, index) => value / (floors[index] ?? Number.NaN)));
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {number} by
 * @returns {Item[]} The items starting with the one at `by`, then those before it.
 */
function rotated(items, by) {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** @param {number} size @returns {number[]} */
function range(size) {
  return Array.from({ length: size }, (_, index) => index);
}

module.exports = { median, medianRatio, range, rotated };
