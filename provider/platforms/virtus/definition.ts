import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";

const targetId = (what: string) =>
  z
    .string(`must be text: the ${what}'s id, in quotes`)
    .min(1, `must not be empty: give the ${what}'s id`)
    .max(255, `must not be longer than 255 characters: give the ${what}'s id`)
    .regex(/^[\x21-\x7e]*$/, `may hold visible ASCII characters only: give the ${what}'s id`)
    .regex(/[^.]|^$/, `must not consist of dots: give the ${what}'s id`);

const targets = {
  appId: { kind: "app", description: "the app's id", schema: targetId("app") },
  databaseId: { kind: "database", description: "the database's id", schema: targetId("database") },
} as const;

/** Virtus Cloud as plain data. Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get */
export const virtus = {
  name: "virtus",
  title: "Virtus Cloud",
  documentation: "https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get",
  connectionFields: {
    apiKey: { description: "API key", environment: "VIRTUS_API_KEY", secret: true, required: true },
    url: {
      description: "base URL of the API",
      environment: "VIRTUS_API_URL",
      url: true,
      default: "https://api.virtuscloud.app/v2",
    },
    snapshotsUrl: {
      description: "base URL of downloads",
      environment: "VIRTUS_SNAPSHOTS_URL",
      url: true,
      default: "https://snapshots.virtuscloud.app",
    },
    accountId: {
      description: "account id in download links; looked up with GET /users/me when needed",
      environment: "VIRTUS_ACCOUNT_ID",
    },
  },
  targets,
  policyTargets: {
    appId: { ...targets.appId, runBy: "up", retention: "none" },
    databaseId: { ...targets.databaseId, runBy: "up", retention: "none" },
  },
  create: true,
  delete: false,
  download: true,
  listAccount: false,
  cannot: {
    delete: "the API has no delete; Virtus Cloud keeps or expires a snapshot as it likes",
    listAccount: "the API lists one app or database at a time",
    restore: "the API restores databases only: download an app's snapshot, unpack it and deploy it",
  },
  restoreTargets: {
    databaseId: {
      description: "the database's id; required",
      snapshot: "versionId",
      arguments: {
        versionId: {
          schema: z
            .string("must be text: the snapshot's versionId, in quotes")
            .min(1, "must not be empty: give the snapshot's versionId")
            .regex(/^[\x21-\x7e]*$/, "may hold visible ASCII characters only: give the snapshot's versionId"),
          description: "the `versionId` of the database's snapshot; required",
          change: "replace",
        },
      },
      overwrites: "all data of the database",
      shows: "the API shows nothing of a restore after its answer",
    },
  },
  // Not documented; sibling services cache their lists for 30 minutes.
  listLagMs: 35 * 60_000,
  createTimeoutMs: 45 * 60_000,
  outputs: {
    snapshotName: "the snapshot's name, which others of the same target share",
    versionId: "the version's id, where the platform's list shows one",
  },
} as const satisfies PlatformDefinition;
