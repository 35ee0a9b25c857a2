export type { ArchiveKind, ArchiveVerdict } from "./archive";
export type { Journal, JournalEntry } from "./creation";
export { fileJournal } from "./dynamic/journal";
export { isRunning } from "./dynamic/processes";
export { systemClock } from "./http/system-clock";
export { inByteUnits } from "./model/bytes";
export { type Clock, instantOf, isoText } from "./model/clock";
export {
  CONFIG_NAMESPACE,
  type ConnectionSources,
  plainCredentialProblems,
  resolveConnection,
} from "./model/connection";
export { defined } from "./model/defined";
export { type ErrorKind, messageOf, SnapshotsError } from "./model/errors";
export { parseSnapshotId } from "./model/ids";
export { listed } from "./model/listed";
export type { PlatformDefinition } from "./model/platform";
export type { RestoreStatus } from "./model/restore";
export type { DownloadLink, JsonValue, SnapshotStatus } from "./model/snapshot";
export { nameInUrn } from "./model/urn";
export { VERSION } from "./model/version";
export { definitions, type PlatformName } from "./platforms";
export { type Adoption, findAdoptions, type ImportedResource, importOf } from "./resources/adopt";
export { backupPolicyResource } from "./resources/backup-policy";
export { policyFields, policyOutputs } from "./resources/backup-policy/fields";
export { forecastPolicy, type PolicyForecast, type Reasoned } from "./resources/backup-policy/forecast";
export { type Check, examine } from "./resources/doctor";
export {
  type ByteSink,
  type Downloaded,
  type DownloadOptions,
  downloadBytes,
  type Held,
  type StoredFacts,
} from "./resources/download";
export { problemOf, type SnapshotFileSource } from "./resources/files";
export {
  filesOfSnapshot,
  linkToSnapshot,
  listSnapshots,
  type SnapshotFiles,
  type SnapshotItem,
  showSnapshot,
  snapshotQuery,
} from "./resources/functions";
export type { Host, Properties } from "./resources/host";
export { targetInWords } from "./resources/in-words";
export { type Gathered, gatherAccount, gatherStacks, type StackSource } from "./resources/report/gather";
export { isWhole, joinReport } from "./resources/report/join";
export type {
  Report,
  ReportPolicy,
  ReportSlot,
  ReportSnapshot,
  ReportStack,
  ReportTarget,
  SnapshotFate,
  TargetFreshness,
} from "./resources/report/model";
export { restoreResource } from "./resources/restore";
export { restoreFields, restoreOutputs } from "./resources/restore/fields";
export {
  previewRestore,
  type Restorable,
  type RestoreHooks,
  type RestorePreview,
  type RestoreQuery,
  type RestoreResult,
  restorable,
  restoreSnapshot,
} from "./resources/restore/once";
export { Session } from "./resources/session";
export { snapshotResource } from "./resources/snapshot";
export { commonOutputs, snapshotFields } from "./resources/snapshot/fields";
export { managersIn, readStack, type StackContents, type StackResource } from "./resources/stack";
export { verifiedOutputs } from "./resources/verification";
export { longestGapAfter, nextRunsAfter, type Retention, type Schedule } from "./schedule";
