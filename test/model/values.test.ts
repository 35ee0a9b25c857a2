import { instantOf, isoText } from "../../provider/model/clock";
import { isUnknown, UNKNOWN } from "../../provider/model/unknown";

describe("an instant", () => {
  it.each([
    ["2024-06-27T06:23:42.326Z", "2024-06-27T06:23:42.326Z"],
    ["2024-06-26T07:05:40Z", "2024-06-26T07:05:40.000Z"],
    ["2024-12-07T22:07:11+01:00", "2024-12-07T21:07:11.000Z"],
    ["2025-03-30 01:28:48+0000", "2025-03-30T01:28:48.000Z"],
    ["2024-12-07T22:07-03:00", "2024-12-08T01:07:00.000Z"],
  ])("%s is %s", (text, expected) => {
    expect(isoText(instantOf(text) ?? Number.NaN)).toBe(expected);
  });

  it.each([
    ["without a zone", "2024-12-07T22:07:11"],
    ["of a date alone", "2024-12-07"],
    ["in Discloud's form", "20241207-220711"],
    ["that no calendar has", "2024-13-45T22:07:11Z"],
    ["in words", "yesterday"],
    ["in seconds", 1_733_609_231],
    ["that is missing", undefined],
    ["that is null", null],
  ])("%s is none", (_what, value) => {
    expect(instantOf(value)).toBeUndefined();
  });
});

describe("a value that the engine does not know yet", () => {
  it.each([
    [UNKNOWN, true],
    [{ release: UNKNOWN }, true],
    [{ list: ["a", { deep: UNKNOWN }] }, true],
    [{ release: "42" }, false],
    [`${UNKNOWN}!`, false],
    [null, false],
    [undefined, false],
    [[], false],
  ])("%j: %s", (value, expected) => {
    expect(isUnknown(value)).toBe(expected);
  });
});
