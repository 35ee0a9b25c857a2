export { type Compiled, problemOf, sameCompiled } from "./compiled";
export {
  DEFAULT_MAX_DELETES,
  DEFAULT_MINIMUM_RETAINED,
  type KeepReason,
  type KeptSnapshot,
  keepReasonText,
  type PrunedSnapshot,
  type RetainedSnapshot,
  type Retention,
  retentionProblem,
  retentionSchema,
  type Simulation,
  type SimulationContext,
  sameRetention,
  simulate,
} from "./retention";
export {
  clockChangeWarnings,
  latestRunAt,
  longestGapAfter,
  nextRunsAfter,
  type PlainSchedule,
  parseSchedules,
  type Schedule,
  sameSchedules,
  scheduleSchema,
  schedulesSchema,
} from "./schedules";
