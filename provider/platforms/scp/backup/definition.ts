import { z } from "zod";
import { listed } from "../../../model/listed";
import type { PolicyField, PolicyTargetDefinition, Written } from "../../../model/policy";
import type { JsonValue } from "../../../model/snapshot";
import { isUnknown } from "../../../model/unknown";
import { type PlainSchedule, problemOf, type Retention, sameCompiled } from "../../../schedule";
import { identifier } from "../fields";
import { compileForServerBackup, compileRetentionForServerBackup, SCP_SERVER_ZONE_WARNING } from "./schedule";

function words<const Words extends readonly [string, ...string[]]>(...names: Words) {
  const quoted = names.map((name) => `"${name}"`);
  return z.enum(names, `must be ${listed(quoted, "or")}`);
}

/** Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/createbackup/ */
const serverArguments = {
  name: {
    schema: z.string("must be text: the backup's name").min(1, "must not be empty: give the backup a name"),
    description: "the backup's name, which nothing else in the account may have; required",
    change: "refuse",
  },
  policyCategory: {
    schema: words("AGENTLESS", "AGENT"),
    description: "whether an agent on the server takes the backups",
    default: "AGENTLESS",
    change: "refuse",
  },
  policyType: {
    schema: words("VM_IMAGE", "FILESYSTEM"),
    description: "what is backed up",
    default: "VM_IMAGE",
    change: "refuse",
  },
  serverCategory: {
    schema: words("VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER"),
    description: "what kind of server it is",
    default: "VIRTUAL_SERVER",
    change: "refuse",
  },
  encrypt: {
    schema: z.boolean("must be true or false"),
    description: "encrypt the backups",
    default: true,
    change: "refuse",
  },
  storageRegion: {
    schema: z.string("must be text: a region, such as kr-west1").min(1, "must not be empty: give a region"),
    description: "the region that the backups are kept in (with an agent: copied to); left out, the platform decides",
    change: "refuse",
  },
  drEnabled: {
    schema: z.boolean("must be true or false"),
    description: "copy the backups to another region",
    change: "refuse",
  },
  filesystemPaths: {
    schema: z
      .array(z.string("must be text: a path").min(1, "must not be empty: give a path"), "must be a list of paths")
      .min(1, "must name at least one path, or be left out"),
    description: "the paths to back up, with policyType `FILESYSTEM`",
    change: "refuse",
  },
  isAllFilesystem: {
    schema: z.boolean("must be true or false"),
    description: "back up all file systems, with policyType `FILESYSTEM`",
    change: "refuse",
  },
  tags: {
    schema: z.record(
      z.string().min(1, "must not be empty").max(128, "must not be longer than 128 characters"),
      z.string("must be text").max(256, "must not be longer than 256 characters"),
      'must be an object of texts, such as { team: "web" }',
    ),
    description: "its tags; the API takes them at creation and doesn't show them",
    change: "refuse",
  },
  deletionPolicy: {
    schema: z.enum(["delete", "retain"], 'must be "delete" or "retain"'),
    description: "what destroy does with it: `retain` leaves it running; `delete` deletes it",
    default: "retain",
    change: "update",
  },
} as const satisfies Readonly<Record<string, PolicyField>>;

/** Policies of the Backup service: each is one server's backup. */
export const serverPolicies = {
  kind: "server",
  runBy: "platform",
  description: "the server to back up, by the Backup service",
  schema: identifier("server"),
  change: "refuse",
  arguments: serverArguments,
  scheduleChange: "inPlace",
  expresses: {
    schedules:
      'one with `kind: "full"` and at most six `"incremental"`, each time and weekday counted: every day, days of the ' +
      "week, or the first to fourth or last of a weekday in a month; from 01:00 to 23:30 on :00 or :30; `Asia/Seoul`",
    retention: "`keepWithin`: `14d` or `2w`, `31d` or `1mo`, `93d` or `3mo`, `186d` or `6mo`, `365d` or `1y`",
  },
  retention: "required",
  retentionHint:
    "Samsung Cloud Platform always prunes server backups, after 14 days by default: write " +
    'keepWithin: "14d", "31d", "93d", "186d" or "365d"',
  scheduleProblem: (schedules: JsonValue) => problemOf(compileForServerBackup(schedules as readonly PlainSchedule[])),
  retentionProblem: (retention: JsonValue) => problemOf(compileRetentionForServerBackup(retention as Retention)),
  sameSchedules: (one: Written, other: Written) =>
    sameCompiled(
      compileForServerBackup,
      one as readonly PlainSchedule[] | undefined,
      other as readonly PlainSchedule[] | undefined,
    ),
  sameRetention: (one: Written, other: Written) =>
    sameCompiled(compileRetentionForServerBackup, one as Retention | undefined, other as Retention | undefined),
  rules: ({ name, policyType, filesystemPaths, isAllFilesystem }: Readonly<Record<string, unknown>>) => {
    const isGiven = (value: unknown) => value !== undefined && value !== null;
    const failures = isGiven(name)
      ? []
      : [{ property: "name", reason: "missing: give the backup a name that no other one in the account has" }];
    if (isUnknown([policyType, filesystemPaths, isAllFilesystem])) return failures;
    if (isGiven(policyType) && policyType !== "FILESYSTEM") {
      for (const [property, value] of Object.entries({ filesystemPaths, isAllFilesystem })) {
        if (!isGiven(value) || value === false) continue;
        failures.push({
          property,
          reason: `goes with policyType "FILESYSTEM" only, not "${String(policyType)}": remove it`,
        });
      }
    } else if (isGiven(filesystemPaths) && isAllFilesystem === true) {
      failures.push({
        property: "isAllFilesystem",
        reason: "filesystemPaths already names them: give one of the two",
      });
    }
    return failures;
  },
  warnings: () => [SCP_SERVER_ZONE_WARNING],
  refusal:
    "Samsung Cloud Platform can't change it, and the policy holds its recovery points: write it as it was, or make " +
    "another BackupPolicy with another name",
  deletes: "asked",
  keepsRunning: "the server's backup keeps running",
} as const satisfies PolicyTargetDefinition;
