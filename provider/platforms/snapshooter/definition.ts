import { z } from "zod";
import { unknownRemedy } from "../../model/nearest";
import type { PlatformDefinition } from "../../model/platform";
import type { Written } from "../../model/policy";
import type { JsonValue } from "../../model/snapshot";
import { UNKNOWN } from "../../model/unknown";
import { type PlainSchedule, parseSchedules, problemOf, type Retention, sameSchedules } from "../../schedule";
import { compileForSnapshooter, compileRetentionForSnapshooter } from "./schedule";

const targets = {
  jobId: {
    kind: "job",
    description: "the backup job to run",
    schema: z
      .string("must be text: the job's id, in quotes")
      .min(1, "must not be empty: give the job's id")
      .regex(/^[a-zA-Z0-9-]*$/, "may hold letters, digits and hyphens only: give the job's id"),
  },
} as const;

function ownFields(what: string, example: string) {
  const message = `must be an object with SnapShooter's own names of ${what}, such as ${example}`;
  return z.record(z.string(), z.json(`${message}: JSON data only`), message);
}

const jobArguments = ["name", "recipeId", "config", "compute", "storage", "encryptionKeyId", "proxyId"];

/** Source: https://snapshooter.com/api/jobs */
const job = z.strictObject(
  {
    name: z.string("must be text: the job's name").min(1, "must not be empty: give the job a name"),
    recipeId: z
      .int("must be a whole number: the id of one of SnapShooter's backup solutions")
      .meta({ description: "the backup solution" }),
    config: ownFields("the backup solution's fields", '{ root_path: "/var/www" }'),
    compute: ownFields("what runs the job", '{ type: "server", server_id: 9362 }'),
    storage: ownFields("where backups go", "{ id: 71 }"),
    encryptionKeyId: z
      .string("must be text: the encryption key's id, in quotes")
      .min(1, "must not be empty: give the encryption key's id or leave it out")
      .optional(),
    proxyId: z.int("must be a whole number: the proxy's id").optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown argument ${issue.keys.map((key) => `"${key}"`).join(", ")}; ${unknownRemedy(issue.keys, jobArguments)}`
        : 'must be an object: the job, such as { name: "nightly", recipeId: 1, config: {…}, compute: {…}, storage: {…} }',
  },
);

const rotations = ["keepHourly", "keepDaily", "keepWeekly", "keepMonthly"] as const;

/** Whether two retentions keep the same rotations; no retention equals one that keeps by no rotation. */
function sameRotations(one: Written, other: Written): boolean {
  const counts = (retention: Written) => rotations.map((name) => (retention as Retention | undefined)?.[name] ?? 0);
  return String(counts(one)) === String(counts(other));
}

/** Whether two lists of schedules run at the same times; an empty one, which a job may show, equals only itself. */
function sameRuns(one: Written, other: Written): boolean {
  const [left, right] = [one, other] as readonly (readonly PlainSchedule[] | undefined)[];
  const isValid = (schedules: readonly PlainSchedule[] | undefined): schedules is readonly PlainSchedule[] =>
    schedules !== undefined && "schedules" in parseSchedules(schedules);
  return isValid(left) && isValid(right) ? sameSchedules(left, right) : JSON.stringify(one) === JSON.stringify(other);
}

/** Source: https://snapshooter.com/api/backups */
const restoreCompute = z.strictObject(
  {
    type: z.string("must be text, such as ss_agent").min(1, "must not be empty: give a type, such as ss_agent"),
    server_id: z.int("must be a whole number: the server's id"),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown argument ${issue.keys.map((key) => `"${key}"`).join(", ")}; ${unknownRemedy(issue.keys, ["type", "server_id"])}`
        : 'must be an object: where the restore runs, such as { type: "ss_agent", server_id: 9362 }',
  },
);

/** SnapShooter as plain data. Source: https://snapshooter.com/api/backups */
export const snapshooter = {
  name: "snapshooter",
  title: "SnapShooter",
  documentation: "https://snapshooter.com/api/backups",
  connectionFields: {
    token: { description: "API token", environment: "SNAPSHOOTER_TOKEN", secret: true, required: true },
    url: {
      description: "base URL of the API",
      environment: "SNAPSHOOTER_API_URL",
      url: true,
      default: "https://api.snapshooter.com/v1",
    },
  },
  targets,
  policyTargets: {
    jobId: { ...targets.jobId, description: "the backup job to watch", runBy: "watched", retention: "none" },
    job: {
      kind: "job",
      runBy: "platform",
      description:
        "the backup job to make: `name`, `recipeId`, `config`, `compute`, `storage`, and if wanted `encryptionKeyId` and " +
        "`proxyId`; `config`, `compute` and `storage` in the API's own field names",
      schema: job,
      change: "refuse",
      scheduleChange: "refuse",
      expresses: {
        schedules:
          "every day: every 1, 2, 3, 4, 6, 12 or 24 hours on the full hour, or every 5, 6, 10, 15, 20 or 30 minutes from " +
          "the full hour on; any zone",
        retention: "`keepHourly`, `keepDaily`, `keepWeekly`, `keepMonthly`",
      },
      retention: "optional",
      scheduleProblem: (schedules: JsonValue) =>
        problemOf(compileForSnapshooter(schedules as readonly PlainSchedule[])),
      retentionProblem: (retention: JsonValue) => problemOf(compileRetentionForSnapshooter(retention as Retention)),
      sameSchedules: sameRuns,
      sameRetention: sameRotations,
      warnings: ({ retention }: Readonly<Record<string, unknown>>) =>
        retention === undefined || retention === null
          ? [
              "SnapShooter doesn't document what a job without a retention keeps: write one, such as " +
                "{ keepDaily: 7 }, or look at the job in SnapShooter",
            ]
          : [],
      refusal:
        "SnapShooter's API documents no way to change a job: change it in SnapShooter, run pulumi refresh, and write the " +
        "program to match",
      keepsRunning: "the job keeps running",
    },
  },
  create: true,
  delete: true,
  download: true,
  listAccount: false,
  cannot: { listAccount: "the API lists one job at a time" },
  restoreTargets: {
    jobId: {
      description: "the id of the job whose backup it is; required",
      snapshot: "backupId",
      arguments: {
        backupId: {
          schema: z
            .string("must be text: the backup's id, in quotes")
            .min(1, "must not be empty: give the backup's id")
            .regex(/^[a-zA-Z0-9-]*$/, "may hold letters, digits and hyphens only: give the backup's id"),
          description: "the backup's id; required",
          change: "replace",
        },
        files: {
          schema: z
            .array(
              z.string("must be text: a file's id").min(1, "must not be empty: give a file's id"),
              "must be a list of the ids of files",
            )
            .min(1, "must name at least one file, or be left out: then all are restored")
            .refine((ids) => new Set(ids).size === ids.length, "must name each file once"),
          description: "the ids (not the names) of the backup's files to restore; left out, all of them",
          change: "replace",
        },
        compute: {
          schema: restoreCompute,
          description:
            "where the restore runs, in the API's own field names: `type` and `server_id`; left out, where the job runs. " +
            "SnapShooter refuses it for a backup made with serverless compute",
          change: "replace",
        },
      },
      overwrites: "the files on the job's server, or on that of `compute`",
      shows: "the API shows nothing of a restore after its answer; SnapShooter's page Restoration Jobs does",
    },
  },
  snapshotArguments: {
    tag: {
      schema: z.enum(
        ["manual", "hourly", "daily", "weekly", "monthly"],
        'must be "manual", "hourly", "daily", "weekly" or "monthly"',
      ),
      description: "the rotation that the backup counts in, and whose oldest it may push out",
      default: "manual",
      change: "replace",
    },
  },
  snapshotRules: ({ onGone, tag }) =>
    onGone === "recreate" && tag !== "manual" && tag !== UNKNOWN
      ? [
          {
            property: "onGone",
            reason:
              `"recreate" goes with tag "manual" only: in the rotation "${String(tag)}" backups expire by design, and each ` +
              're-created one would push out another. Write onGone: "keep" or tag: "manual"',
          },
        ]
      : [],
  // Not documented. A start answers with the backup's id, and the job lists it from then on.
  listLagMs: 60_000,
  createAnswerMs: 120_000,
  createTimeoutMs: 30 * 60_000,
  outputs: {
    completedAt: "when it was completed, ISO-8601 UTC",
    files: "its files: `id`, `name` and `sizeText` of each, with `verify` also `sha256`",
  },
} as const satisfies PlatformDefinition;
