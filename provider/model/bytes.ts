const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes in the largest unit of which there is at least one: the value, not rounded, and the unit's name. */
export function inByteUnits(bytes: number): { readonly value: number; readonly unit: (typeof UNITS)[number] } {
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < UNITS.length - 1) {
    value /= 1024;
    index += 1;
  }
  return { value, unit: UNITS[index] ?? "B" };
}
