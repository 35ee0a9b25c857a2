const unitMs: Record<string, number> = {
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  mo: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/** Result of parsing a duration: milliseconds, or the problem with the text. */
export type ParsedDuration = { readonly milliseconds: number } | { readonly problem: string };

/**
 * Parses a duration: a whole number and `min`, `h`, `d`, `w`, `mo` (30 days) or `y` (365 days), as in `90min` or `26h`.
 * A bare `m` is refused, since it could mean minutes or months.
 */
export function parseDuration(text: string): ParsedDuration {
  const match = /^(\d+)\s*([a-z]+)$/i.exec(text.trim());
  const count = Number(match?.[1]);
  const unit = match?.[2]?.toLowerCase();
  if (unit === "m") {
    return { problem: `"${text}" can be read two ways: write "${count}min" for minutes or "${count}mo" for months` };
  }
  const factor = unit === undefined ? undefined : unitMs[unit];
  if (factor === undefined || !Number.isSafeInteger(count * factor)) {
    return { problem: `"${text}" is not a duration: write a whole number and min, h, d, w, mo or y, such as "26h"` };
  }
  if (count === 0) return { problem: `"${text}" is not a duration above zero: write one, such as "1h"` };
  return { milliseconds: count * factor };
}

const goUnitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Parses one of Pulumi's `customTimeouts`, which have their own grammar: `90s`, `45m`, `1h30m`.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/options/customtimeouts/
 */
export function parseCustomTimeout(text: string): ParsedDuration {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const milliseconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (goUnitMs[unit ?? ""] ?? 0), 0);
  if (parts.map(([part]) => part).join("") !== text || milliseconds <= 0) {
    return { problem: `"${text}" is not a timeout: write it as Pulumi does, such as "90s", "45m" or "1h30m"` };
  }
  return { milliseconds };
}
