import { UNKNOWN } from "../../provider/model/unknown";
import type { Properties } from "../../provider/resources/host";
import { diffSnapshot } from "../../provider/resources/snapshot/diff";

const inputs: Properties = {
  platform: "discloud",
  connection: "discloud",
  appId: "1745338954955",
  deletionPolicy: "retain",
  onGone: "keep",
  __urn: "urn",
  __provider: "text",
};
const outputs: Properties = {
  snapshotId: "20241207-190711",
  version: "20241207-190711",
  status: "available",
  adopted: false,
  sizeText: "127KB",
};
const diff = (olds: Properties, news: Properties) =>
  diffSnapshot({ ...inputs, ...outputs, ...olds }, { ...inputs, ...news });

const SAME = { changes: false };
const UPDATE = { replaces: [] };
const replace = (...names: string[]) => ({ replaces: names });

describe("what a change asks for", () => {
  it.each<[string, Properties, Properties, object]>([
    ["nothing changed", {}, {}, SAME],
    ["another trigger", { triggers: { a: "1" } }, { triggers: { a: "2" } }, replace("triggers")],
    ["a trigger more", { triggers: { a: "1" } }, { triggers: { a: "1", b: "1" } }, replace("triggers")],
    ["the first trigger", {}, { triggers: { a: "1" } }, replace("triggers")],
    ["the last trigger removed", { triggers: { a: "1" } }, {}, replace("triggers")],
    ["triggers in another order", { triggers: { a: "1", b: "2" } }, { triggers: { b: "2", a: "1" } }, SAME],
    ["no triggers, written out", {}, { triggers: {} }, SAME],
    ["empty triggers removed", { triggers: {} }, {}, SAME],
    ["triggers not known yet", { triggers: { a: "1" } }, { triggers: UNKNOWN }, replace("triggers")],
    ["a trigger not known yet", { triggers: { a: "1" } }, { triggers: { a: UNKNOWN } }, replace("triggers")],
    ["another target", {}, { appId: "2" }, replace("appId")],
    ["a target not known yet", {}, { appId: UNKNOWN }, replace("appId")],
    ["another connection", {}, { connection: "second" }, UPDATE],
    ["another onGone", {}, { onGone: "recreate" }, UPDATE],
    ["reuseWithin added", {}, { reuseWithin: "6h" }, UPDATE],
    ["reuseWithin removed", { reuseWithin: "6h" }, {}, UPDATE],
    ["another timeout", {}, { timeouts: { create: "1h" } }, UPDATE],
    ["another URN, after a move", {}, { __urn: "other" }, SAME],
    ["another provider text", {}, { __provider: "other" }, SAME],
    ["several at once", { triggers: { a: "1" } }, { triggers: { a: "2" }, onGone: "recreate" }, replace("triggers")],
    ["outputs that the program never gave", { status: "available", sizeText: "1KB" }, {}, SAME],
    ["a snapshot that is gone: a moment can't be taken again", { status: "gone" }, {}, SAME],
    ["a snapshot of which nothing is known", { status: "unknown" }, {}, SAME],
    ["a snapshot that failed", { status: "failed" }, {}, { changes: true, replaces: ["status"] }],
    ["one that was adopted and failed", { status: "failed", adopt: "latest" }, { adopt: "latest" }, SAME],
    ["one that is not finished", { status: "pending", unfinished: { requestedAt: "2026" } }, {}, { changes: true }],
    [
      "one that is not finished, with another onGone",
      { unfinished: { requestedAt: "2026" } },
      { onGone: "recreate" },
      UPDATE,
    ],
    [
      "one that is not finished, with another trigger",
      { unfinished: { requestedAt: "2026" } },
      { triggers: { a: "1" } },
      replace("triggers"),
    ],
  ])("%s", (_title, olds, news, expected) => {
    expect(diff(olds, news)).toEqual(expected);
  });

  it.each<[string, Properties, Properties, object]>([
    ["removed", { adopt: "latest" }, {}, UPDATE],
    ["by id, removed", { adopt: "20241207-190711" }, {}, UPDATE],
    ["set to the id already held", {}, { adopt: "20241207-190711" }, UPDATE],
    ["from latest to the id already held", { adopt: "latest" }, { adopt: "20241207-190711" }, UPDATE],
    ["from an id back to latest", { adopt: "20241207-190711" }, { adopt: "latest" }, UPDATE],
    ["set to latest", {}, { adopt: "latest" }, UPDATE],
    ["set to another id", {}, { adopt: "20250101-000000" }, replace("adopt")],
    ["from latest to another id", { adopt: "latest" }, { adopt: "20250101-000000" }, replace("adopt")],
    ["from one id to another", { adopt: "20241207-190711" }, { adopt: "20250101-000000" }, replace("adopt")],
    ["not known yet", { adopt: "latest" }, { adopt: UNKNOWN }, replace("adopt")],
    ["latest, as it was, though a newer one exists", { adopt: "latest" }, { adopt: "latest" }, SAME],
  ])("adopt %s", (_title, olds, news, expected) => {
    expect(diff(olds, news)).toEqual(expected);
  });

  it("a snapshot of something else on the same platform", () => {
    const app = { ...inputs, platform: "virtus", connection: "virtus", appId: "a" };
    const { appId: _, ...others } = app;
    expect(diffSnapshot({ ...app, ...outputs }, { ...others, databaseId: "d" }).replaces).toEqual(
      expect.arrayContaining(["appId", "databaseId"]),
    );
  });

  it("another platform", () => {
    expect(diffSnapshot({ ...inputs, ...outputs }, { ...inputs, platform: "virtus", connection: "virtus" })).toEqual(
      replace("platform"),
    );
  });

  it("nothing against a state that was written by hand without defaults", () => {
    const { connection: _1, deletionPolicy: _2, onGone: _3, __urn: _4, __provider: _5, ...written } = inputs;
    expect(diffSnapshot({ ...written, ...outputs }, inputs)).toEqual(SAME);
  });
});
