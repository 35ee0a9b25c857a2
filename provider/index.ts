export type { Journal, JournalEntry } from "./creation";
export type { Emulator, EmulatorOptions, FaultRule } from "./emulator";
export { systemClock } from "./http/system-clock";
export { type Clock, instantOf, isoText } from "./model/clock";
export { CONFIG_NAMESPACE, type ConnectionSources, plainCredentialProblems } from "./model/connection";
export { type ErrorKind, SnapshotsError } from "./model/errors";
export type { PlatformDefinition } from "./model/platform";
export type { DownloadLink, JsonValue, SnapshotStatus } from "./model/snapshot";
export { VERSION } from "./model/version";
export { definitions, type PlatformName } from "./platforms";
export { backupPolicyResource } from "./resources/backup-policy";
export { policyFields, policyOutputs } from "./resources/backup-policy/fields";
export { linkToSnapshot, listSnapshots, type SnapshotItem, showSnapshot } from "./resources/functions";
export type { Host, Properties } from "./resources/host";
export { restoreResource } from "./resources/restore";
export { restoreFields, restoreOutputs } from "./resources/restore/fields";
export { type RestoreQuery, type RestoreResult, restoreSnapshot } from "./resources/restore/once";
export { Session } from "./resources/session";
export { snapshotResource } from "./resources/snapshot";
export { commonOutputs, snapshotFields } from "./resources/snapshot/fields";
export { longestGapAfter, nextRunsAfter, type Retention, type Schedule } from "./schedule";

/** Loads the emulator, which brings a web server that no program or provider process needs. */
export function loadEmulator(): typeof import("./emulator") {
  return require("./emulator") as typeof import("./emulator");
}
