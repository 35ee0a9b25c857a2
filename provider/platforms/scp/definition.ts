import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";

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
  },
  create: true,
  delete: true,
  download: false,
  listAccount: false,
  cannot: {
    download: "the API gives no download links: a snapshot is restored to a volume, not downloaded",
    listAccount: "snapshots are listed one volume at a time",
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
  createTimeoutMs: 30 * 60_000,
  outputs: {
    sizeGib: "its size in GiB, which is the volume's",
    updatedAt: "when it was last changed, ISO-8601 UTC",
    region: "the region that it is in",
  },
} as const satisfies PlatformDefinition;
