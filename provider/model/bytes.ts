const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Converts bytes to the largest unit with a value of at least 1; the value is not rounded. */
export function inByteUnits(bytes: number): { readonly value: number; readonly unit: (typeof UNITS)[number] } {
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < UNITS.length - 1) {
    value /= 1024;
    index += 1;
  }
  return { value, unit: UNITS[index] ?? "B" };
}
