"use strict";
// The demo's steps: what to look at, the command, and what happens on the platforms before it.

/**
 * Objects that the steps can use.
 *
 * @typedef {object} World
 * @property {import("../../dist/emulator/index.js").Emulator} emulator
 * @property {import("../../test/pulumi-cli/moved-clock.js").MovedClock} clock
 */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} look What to look at.
 * @property {string[]} args Arguments of `pulumi`.
 * @property {Readonly<Record<string, number>>} [asks] Number of snapshots that the program requests, by platform.
 * @property {(world: World) => void} [before] Changes the platforms before the command.
 * @property {RegExp} [says] Pattern of the provider's messages to show.
 * @property {string} [wire] The platform whose requests are shown afterwards.
 */

/** One snapshot on each platform whose API takes snapshots; DS Cloud's own backups are adopted. */
const FOUR = { discloud: 1, virtus: 1, snapshooter: 1, scp: 1 };

/** @type {readonly Step[]} */
const STORY = [
  {
    title: "Five platforms, one program",
    look: "A row is done when its snapshot is usable. DS Cloud's API takes none: its newest backup is adopted.",
    args: ["up", "--config", "release=1.0.0"],
    // The nightly policy takes one for the latest scheduled time that has passed.
    asks: { ...FOUR, scp: 2 },
  },
  {
    title: "A release, and a lost answer",
    look:
      "Discloud takes the snapshot, but its answer never arrives. Asking again would make two. Look at what Discloud " +
      "was asked instead.",
    args: ["up", "--config", "release=1.1.0"],
    asks: FOUR,
    before: ({ emulator }) => {
      emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
    },
    says: /was lost/,
    wire: "discloud",
  },
  {
    title: "A night passes",
    look: "A scheduled time has passed. The preview says what is due, what will be deleted, and why.",
    args: ["preview"],
    before: ({ clock }) => clock.advance(24),
    says: /./,
  },
  {
    title: "The nightly backup",
    look: "One is taken, and the policy's older one goes. It deletes no other snapshot.",
    args: ["up"],
    asks: { scp: 1 },
    says: /^(took|deleted) /,
  },
  {
    title: "The end",
    look: "Only what the program said may be deleted is deleted. Everything that stays is named.",
    args: ["destroy"],
    says: /./,
  },
];

module.exports = { STORY };
