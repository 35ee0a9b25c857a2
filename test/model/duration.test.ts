import fc from "fast-check";
import { parseCustomTimeout, parseDuration } from "../../provider/model/duration";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("a duration", () => {
  it.each([
    ["1min", minute],
    ["90min", 90 * minute],
    ["26h", 26 * hour],
    ["14d", 14 * day],
    ["2w", 14 * day],
    ["1mo", 30 * day],
    ["1y", 365 * day],
  ])("%s is %i ms", (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ milliseconds });
  });

  it.each(["30m", "30M", "1m"])("%s is refused with both its readings", (text) => {
    const count = Number.parseInt(text, 10);
    const parsed = parseDuration(text);
    expect(parsed).toHaveProperty("problem", expect.stringContaining(`"${count}min"`));
    expect(parsed).toHaveProperty("problem", expect.stringContaining(`"${count}mo"`));
  });

  it.each([
    "",
    "h",
    "26",
    "26 hours",
    "1.5h",
    "-1h",
    "1e3h",
    "30s",
    "30ms",
    "1h30min",
    "０h",
    "constructor",
    "1toString",
  ])("%j is refused with an example", (text) => {
    expect(parseDuration(text)).toHaveProperty("problem", expect.stringMatching(/such as "26h"$/));
  });

  it("of nothing is refused: it would never let a snapshot count", () => {
    expect(parseDuration("0h")).toHaveProperty("problem", expect.stringContaining("above zero"));
  });

  it("is refused where milliseconds can't be counted exactly", () => {
    expect(parseDuration("9007199254740993y")).toHaveProperty("problem");
    expect(parseDuration(`${"9".repeat(400)}h`)).toHaveProperty("problem");
  });

  it("grows with its number and never with anything else", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom("min", "h", "d", "w", "mo", "y"),
        (count, unit) => {
          const one = parseDuration(`1${unit}`) as { milliseconds: number };
          expect(parseDuration(`${count}${unit}`)).toEqual({ milliseconds: count * one.milliseconds });
        },
      ),
    );
  });

  it("reads any other text as a problem, never as a number that is none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseDuration(text);
        if ("milliseconds" in parsed) expect(Number.isSafeInteger(parsed.milliseconds)).toBe(true);
        else expect(parsed.problem).not.toBe("");
      }),
    );
  });
});

describe("a custom timeout, which has Pulumi's own grammar", () => {
  it.each([
    ["90s", 90_000],
    ["45m", 45 * minute],
    ["1h30m", 90 * minute],
    ["1.5h", 90 * minute],
    ["250ms", 250],
  ])("%s is %i ms", (text, milliseconds) => {
    expect(parseCustomTimeout(text)).toEqual({ milliseconds });
  });

  it.each(["", "45", "45min", "1d", "h", "-5m", "0s", "5m ", "1h,30m", "5 m"])(
    "%j is refused with an example",
    (text) => {
      expect(parseCustomTimeout(text)).toHaveProperty(
        "problem",
        expect.stringMatching(/such as "90s", "45m" or "1h30m"$/),
      );
    },
  );
});
