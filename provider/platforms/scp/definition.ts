import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";
import type { PolicyField, Written } from "../../model/policy";
import type { JsonValue } from "../../model/snapshot";
import { isUnknown } from "../../model/unknown";
import { type Compiled, type Retention, type Schedule, sameCompiled } from "../../schedule";
import { compileForServerBackup, compileRetentionForServerBackup, SCP_SERVER_ZONE_WARNING } from "./backup/schedule";
import { compileForFileStorage, compileRetentionForFileStorage } from "./filestorage/schedule";

const LONGEST_NAME = 255;

const identifier = (what: string) =>
  z
    .string(`must be text: the ${what}'s id, in quotes`)
    .min(1, `must not be empty: give the ${what}'s id`)
    .regex(/^[a-zA-Z0-9-]*$/, `may hold letters, digits and hyphens only: give the ${what}'s id`);

/** Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/ */
const snapshotName = z
  .string("must be text")
  .min(1, "must not be empty: write a name or leave it out")
  .max(LONGEST_NAME, `must not be longer than ${LONGEST_NAME} characters`)
  .superRefine((name, context) => {
    const illegal = [...name].find((character) => !/[a-zA-Z0-9\-_ ]/.test(character));
    if (illegal === undefined) return;
    context.addIssue({
      code: "custom",
      message: `must not hold ${JSON.stringify(illegal)}: letters, digits, spaces, hyphens and underscores only`,
    });
  });

function serviceUrl(service: string) {
  return {
    description: `base URL of the ${service} service`,
    environment: `SCP_${service.toUpperCase()}_URL`,
    url: true,
    default: `https://${service}.{region}.{environment}.samsungsdscloud.com/v1`,
  } as const;
}

function serviceVersion(service: string, version: string) {
  return {
    description: `version of the ${service} API, sent with every request`,
    environment: `SCP_${service.toUpperCase()}_VERSION`,
    default: version,
  } as const;
}

const force = {
  schema: z.boolean("must be true or false"),
  description: "snapshot a volume that is attached to a server",
  change: "update",
  onlyWith: "volumeId",
} as const;

const targets = {
  volumeId: { kind: "volume", description: "the virtual-server volume's id", schema: identifier("volume") },
  fileVolumeId: {
    kind: "file-volume",
    description: "the File Storage volume's id",
    schema: identifier("File Storage volume"),
  },
} as const;

function words<const Words extends readonly [string, ...string[]]>(...names: Words) {
  const quoted = names.map((name) => `"${name}"`);
  return z.enum(names, `must be ${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`);
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
    description: "its tags; the API takes them when it is made, and doesn't show them",
    change: "refuse",
  },
  deletionPolicy: {
    schema: z.enum(["delete", "retain"], 'must be "delete" or "retain"'),
    description: "what destroy does with it: `retain` leaves it running; `delete` deletes it",
    default: "retain",
    change: "update",
  },
} as const satisfies Readonly<Record<string, PolicyField>>;

/** Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/ */
const fileVolumeArguments = {
  adopt: {
    schema: z.boolean("must be true or false"),
    description: "take over the schedule that the volume already has; destroy then leaves it",
    change: "update",
  },
} as const satisfies Readonly<Record<string, PolicyField>>;

function problemOf(result: Compiled<unknown>): string | undefined {
  return "problem" in result ? result.problem : undefined;
}

const asSchedules = (written: Written) => written as unknown as readonly Schedule[] | undefined;
const asRetention = (written: Written) => written as Retention | undefined;

/** Samsung Cloud Platform as plain data. Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/ */
export const scp = {
  name: "scp",
  title: "Samsung Cloud Platform",
  documentation: "https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/",
  connectionFields: {
    accessKey: {
      description: "access key",
      environment: "SCP_ACCESS_KEY",
      secret: true,
      required: true,
      pairedWith: "secretKey",
    },
    secretKey: { description: "secret key", environment: "SCP_SECRET_KEY", secret: true, required: true },
    region: { description: "region, such as kr-west1", environment: "SCP_REGION", required: true },
    environment: {
      description: "environment: `e` (enterprise), `s` or `g` (government)",
      environment: "SCP_ENVIRONMENT",
      default: "e",
    },
    virtualserverUrl: serviceUrl("virtualserver"),
    backupUrl: serviceUrl("backup"),
    filestorageUrl: serviceUrl("filestorage"),
    virtualserverVersion: serviceVersion("virtualserver", "1.3"),
    backupVersion: serviceVersion("backup", "1.2"),
    filestorageVersion: serviceVersion("filestorage", "1.1"),
  },
  targets,
  policyTargets: {
    volumeId: { ...targets.volumeId, runBy: "up", retention: "optional", arguments: { force } },
    serverId: {
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
        "Samsung Cloud Platform always prunes server backups, after 14 days where nothing else is said: write " +
        'keepWithin: "14d", "31d", "93d", "186d" or "365d"',
      scheduleProblem: (schedules: JsonValue) => problemOf(compileForServerBackup(asSchedules(schedules) ?? [])),
      retentionProblem: (retention: JsonValue) => problemOf(compileRetentionForServerBackup(retention as Retention)),
      sameSchedules: (one: Written, other: Written) =>
        sameCompiled(compileForServerBackup, asSchedules(one), asSchedules(other)),
      sameRetention: (one: Written, other: Written) =>
        sameCompiled(compileRetentionForServerBackup, asRetention(one), asRetention(other)),
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
    },
    fileVolumeId: {
      ...targets.fileVolumeId,
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
        "Samsung Cloud Platform always prunes scheduled snapshots of File Storage, down to 10 where nothing else is said: " +
        "write keepLast: a number from 1 to 128",
      scheduleProblem: (schedules: JsonValue, nowMs: number) =>
        problemOf(compileForFileStorage(asSchedules(schedules) ?? [], nowMs)),
      retentionProblem: (retention: JsonValue) => problemOf(compileRetentionForFileStorage(retention as Retention)),
      sameSchedules: (one: Written, other: Written, nowMs: number) =>
        sameCompiled((schedules) => compileForFileStorage(schedules, nowMs), asSchedules(one), asSchedules(other)),
      sameRetention: (one: Written, other: Written) =>
        sameCompiled(compileRetentionForFileStorage, asRetention(one), asRetention(other)),
      warnings: ({ maxAge }: Readonly<Record<string, unknown>>) =>
        maxAge === undefined || maxAge === null
          ? []
          : [
              "the API's documents show the times of File Storage snapshots without a zone: where they name none, maxAge " +
                "can't be judged and counts as passed",
            ],
      deletes: "always",
      keepsRunning: "the volume's snapshot schedule keeps running",
    },
  },
  create: true,
  delete: true,
  download: false,
  listAccount: false,
  cannot: {
    download: "the API gives no download links: a snapshot is restored to a volume, not downloaded",
    listAccount: "snapshots are listed one volume at a time",
    restore: "a Restore reverts virtual-server volumes only: restore a File Storage snapshot on the platform itself",
  },
  restoreTargets: {
    volumeId: {
      description: "the virtual-server volume's id; required",
      snapshot: "snapshotId",
      arguments: {
        snapshotId: {
          schema: identifier("snapshot"),
          description: "the snapshot's id, which must be the volume's newest; required",
          change: "replace",
        },
      },
      overwrites: "the volume's data",
      shows: "a volume shows a revert only while it runs, by its state Reverting",
    },
  },
  snapshotArguments: {
    name: {
      schema: snapshotName,
      description: "the snapshot's name; default: the resource's name and a hash over URN, target and triggers",
      change: "inPlace",
      onlyWith: "volumeId",
    },
    description: {
      schema: z.string("must be text"),
      description: "the snapshot's description; left out, it stays as it is",
      change: "inPlace",
      onlyWith: "volumeId",
    },
    force,
  },
  defaultName(resourceName: string, hash: string): string {
    const legal = resourceName.replace(/[^a-zA-Z0-9\-_ ]+/g, "-").slice(0, LONGEST_NAME - hash.length - 1);
    return `${legal}-${hash}`;
  },
  // Not documented; the create's answer is the snapshot itself, and the list shows it while it is made.
  listLagMs: 60_000,
  createAnswerMs: 120_000,
  createTimeoutMs: 30 * 60_000,
  outputs: {
    sizeGib: "its size in GiB, which is the volume's",
    updatedAt: "when it was last changed, ISO-8601 UTC",
    region: "the region that it is in",
  },
} as const satisfies PlatformDefinition;
