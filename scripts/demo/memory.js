"use strict";
// What the platforms hold, counted in the emulator's own memory: nothing here asks the provider or reads its state.

const { definitions } = require("../../dist/provider/index.js");

/**
 * What became of the snapshots of one platform since the ledger was opened.
 *
 * @typedef {object} Account
 * @property {string} title The platform's.
 * @property {number} asked How many the story asked for.
 * @property {number} taken How many came to be on the platform.
 * @property {number} twice How many of them nobody asked for.
 * @property {number} deleted How many of them no longer exist.
 * @property {number} foreign How many of those that were there before are still there.
 * @property {number} strays How many of those that were there before no longer exist.
 */

/**
 * Everything that can be snapshotted, with what the emulator remembers of it.
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
 * @returns {(asked: Readonly<Record<string, number>>) => Account[]} Counts what has happened since, by platform.
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
