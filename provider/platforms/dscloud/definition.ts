import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";

const targets = {
  appId: {
    kind: "app",
    description: "the app's id",
    schema: z
      .string("must be text: the app's id, in quotes")
      .min(1, "must not be empty: give the app's id")
      .max(255, "must not be longer than 255 characters: give the app's id")
      .regex(/^[\x21-\x7e]*$/, "may hold visible ASCII characters only: give the app's id")
      .regex(/[^.]|^$/, "must not consist of dots: give the app's id"),
  },
} as const;

/** DS Cloud as plain data. Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get */
export const dscloud = {
  name: "dscloud",
  title: "DS Cloud",
  documentation: "https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get",
  connectionFields: {
    apiKey: { description: "API key", environment: "DSCLOUD_API_KEY", secret: true, required: true },
    url: {
      description: "base URL of the API",
      environment: "DSCLOUD_API_URL",
      url: true,
      default: "https://api.dscloud.pt/v3",
    },
    backupsUrl: {
      description: "base URL of downloads",
      environment: "DSCLOUD_BACKUPS_URL",
      url: true,
      default: "https://backups.dscloud.pt",
    },
    accountId: {
      description: "account id in download links; the API doesn't show it",
      environment: "DSCLOUD_ACCOUNT_ID",
    },
  },
  targets,
  policyTargets: { appId: { ...targets.appId, runBy: "watched", retention: "none" } },
  create: false,
  delete: false,
  download: true,
  listAccount: false,
  cannot: {
    create: "the API has no create: `adopt` a backup that DS Cloud took",
    delete: "the API has no delete; DS Cloud keeps or expires a backup as it likes",
    listAccount: "the API lists one app at a time",
    restore: "the API restores nothing: download the backup, unpack it and deploy it",
  },
  restoreTargets: {},
  listLagMs: 0,
  createTimeoutMs: 30 * 60_000,
  outputs: { backupName: "the backup's name, such as `Backup at 2024-12-07 22:07:11`" },
} as const satisfies PlatformDefinition;
