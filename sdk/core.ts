/** Loads the provider's code on first use: a program that only declares resources does not need it. */
export function core(): typeof import("../provider") {
  return require("../provider") as typeof import("../provider");
}
