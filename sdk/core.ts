/** The provider's code, loaded when it is first needed: a program that only declares resources needs none of it. */
export function core(): typeof import("../provider") {
  return require("../provider") as typeof import("../provider");
}
