import type { PlatformDefinition } from "../../model/platform";
import { serverPolicies } from "./backup/definition";
import { filePolicies, fileVolumeTarget } from "./filestorage/definition";
import {
  defaultName,
  volumePolicies,
  volumeRestores,
  volumeSnapshotArguments,
  volumeTarget,
} from "./virtualserver/definition";

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
  targets: { volumeId: volumeTarget, fileVolumeId: fileVolumeTarget },
  policyTargets: { volumeId: volumePolicies, serverId: serverPolicies, fileVolumeId: filePolicies },
  create: true,
  delete: true,
  download: false,
  listAccount: false,
  cannot: {
    download: "the API gives no download links: a snapshot is restored to a volume, not downloaded",
    listAccount: "snapshots are listed one volume at a time",
    restore: "a Restore reverts virtual-server volumes only: restore a File Storage snapshot on the platform itself",
  },
  restoreTargets: { volumeId: volumeRestores },
  snapshotArguments: volumeSnapshotArguments,
  defaultName,
  // Not documented; a create answers with the snapshot itself, and the list includes it while it is being created.
  listLagMs: 60_000,
  createAnswerMs: 120_000,
  createTimeoutMs: 30 * 60_000,
  outputs: {
    sizeGib: "its size in GiB, which is the volume's",
    updatedAt: "when it was last changed, ISO-8601 UTC",
    region: "the region that it is in",
  },
} as const satisfies PlatformDefinition;
