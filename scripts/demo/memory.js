"use strict";
// Counts the platforms' snapshots in the emulator's own memory, without asking the provider or reading its state.

const { definitions } = require("../../dist/provider/index.js");

/**
 * Changes to the snapshots of one platform since the ledger was opened.
 *
 * @typedef {object} Account
 * @property {string} title The platform's title.
 * @property {number} asked Number that the story requested.
 * @property {number} taken Number that the platform took.
 * @property {number} twice Number taken without being requested.
 * @property {number} deleted Number taken that no longer exist.
 * @property {number} foreign Number of earlier snapshots that still exist.
 * @property {number} strays Number of earlier snapshots that no longer exist.
 */

/**
 * All targets that can be snapshotted, with the snapshots in the emulator's memory.
 *
 * @type {Record<
 *   import("../../dist/emulator/index.js").EmulatedPlatform,
 *   (emulator: import("../../dist/emulator/index.js").Emulator) => Shelf[]
 * >}
 */
const SHELVES = {
  discloud: ({ discloud }) => [...discloud.apps.values()].map(({ snapshots }) => snapshots),
  virtus: ({ virtus }) => [...virtus.targets.values()].map(({ snapshots }) => snapshots),
  dscloud: ({ dscloud }) => [...dscloud.apps.values()],
  snapshooter: ({ snapshooter }) => [...snapshooter.jobs.values()].map(({ backups }) => backups),
  scp: ({ scp }) => [...scp.virtualserver.volumes.values()].map(({ snapshots }) => snapshots),
};

/** @typedef {{ ever(): readonly unknown[], present(): readonly unknown[] }} Shelf */

/**
 * Opens a ledger of all snapshots on the emulated platforms.
 *
 * @param {import("../../dist/emulator/index.js").Emulator} emulator
 * @returns {(asked: Readonly<Record<string, number>>) => Account[]} Counts the changes since then, by platform.
 */
function openLedger(emulator) {
  const shelves = Object.entries(SHELVES).map(([name, of]) => ({ name, items: () => of(emulator) }));
  const before = new Set(shelves.flatMap(({ items }) => items().flatMap((shelf) => [...shelf.present()])));
  return (asked) =>
    shelves.map(({ name, items }) => {
      const ever = items().flatMap((shelf) => [...shelf.ever()]);
      const present = new Set(items().flatMap((shelf) => [...shelf.present()]));
      const taken = ever.filter((item) => !before.has(item));
      const wanted = asked[name] ?? 0;
      const old = ever.filter((item) => before.has(item));
      return {
        title: definitions[/** @type {keyof typeof definitions} */ (name)].title,
        asked: wanted,
        taken: taken.length,
        twice: Math.max(0, taken.length - wanted),
        deleted: taken.filter((item) => !present.has(item)).length,
        foreign: old.filter((item) => present.has(item)).length,
        strays: old.filter((item) => !present.has(item)).length,
      };
    });
}

module.exports = { openLedger };
