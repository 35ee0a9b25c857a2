import { z } from "zod";
import type { PolicyField, PolicyTargetDefinition, Written } from "../../../model/policy";
import type { JsonValue } from "../../../model/snapshot";
import { type PlainSchedule, problemOf, type Retention, sameCompiled } from "../../../schedule";
import { identifier } from "../fields";
import { compileForFileStorage, compileRetentionForFileStorage } from "./schedule";

/** File Storage volume as a snapshot target. */
export const fileVolumeTarget = {
  kind: "file-volume",
  title: "File Storage volume",
  description: "the File Storage volume's id",
  schema: identifier("File Storage volume"),
} as const;

/** Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/ */
const fileVolumeArguments = {
  adopt: {
    schema: z.boolean("must be true or false"),
    description: "adopt the schedule that the volume already has; destroy then leaves it",
    change: "update",
  },
} as const satisfies Readonly<Record<string, PolicyField>>;

/** Policies of File Storage: each is one volume's snapshot schedule. */
export const filePolicies = {
  ...fileVolumeTarget,
  description: "the File Storage volume whose snapshot schedule it is",
  runBy: "platform",
  arguments: fileVolumeArguments,
  scheduleChange: "inPlace",
  expresses: {
    schedules: "one, every day or on one day of the week, on a full hour of GMT+9; a zone without clock changes",
    retention: "`keepLast`: 1 to 128",
  },
  retention: "required",
  retentionHint:
    "Samsung Cloud Platform always prunes scheduled snapshots of File Storage, to 10 by default: " +
    "write keepLast: a number from 1 to 128",
  scheduleProblem: (schedules: JsonValue, nowMs: number) =>
    problemOf(compileForFileStorage(schedules as readonly PlainSchedule[], nowMs)),
  retentionProblem: (retention: JsonValue) => problemOf(compileRetentionForFileStorage(retention as Retention)),
  sameSchedules: (one: Written, other: Written, nowMs: number) =>
    sameCompiled(
      (schedules) => compileForFileStorage(schedules, nowMs),
      one as readonly PlainSchedule[] | undefined,
      other as readonly PlainSchedule[] | undefined,
    ),
  sameRetention: (one: Written, other: Written) =>
    sameCompiled(compileRetentionForFileStorage, one as Retention | undefined, other as Retention | undefined),
  warnings: ({ maxAge }: Readonly<Record<string, unknown>>) =>
    maxAge === undefined || maxAge === null
      ? []
      : [
          "the API's documents show the times of File Storage snapshots without a zone: without one, maxAge " +
            "can't be evaluated and counts as passed",
        ],
  deletes: "always",
  keepsRunning: "the volume's snapshot schedule keeps running",
} as const satisfies PolicyTargetDefinition;
