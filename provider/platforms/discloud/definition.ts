import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";

const targets = {
  appId: {
    kind: "app",
    description: "the app's id: letters, digits and hyphens, at most 40",
    schema: z
      .string("must be text: the app's id, in quotes")
      .min(1, "must not be empty: give the app's id")
      .max(40, "must not be longer than 40 characters: give the app's id")
      .regex(/^[a-zA-Z0-9-]*$/, "may hold letters, digits and hyphens only: give the app's id")
      .refine((id) => id.toLowerCase() !== "all", '"all" means every app on Discloud: name one app by its id'),
  },
} as const;

/** Discloud as plain data. Source: https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot */
export const discloud = {
  name: "discloud",
  title: "Discloud",
  documentation: "https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot",
  connectionFields: {
    token: { description: "API token", environment: "DISCLOUD_TOKEN", secret: true, required: true },
    url: {
      description: "base URL of the API",
      environment: "DISCLOUD_API_URL",
      url: true,
      default: "https://api.discloud.app/v2",
    },
  },
  targets,
  policyTargets: { appId: { ...targets.appId, runBy: "up", retention: "none" } },
  create: true,
  delete: false,
  download: true,
  listAccount: true,
  cannot: {
    delete: "the API has no delete; Discloud keeps or expires a version as it likes",
    restore: "the API restores nothing: download the snapshot, unpack it and deploy it",
  },
  restoreTargets: {},
  // Not documented. The answer to a create lists all versions, so a minute only covers an answer in flight.
  listLagMs: 60_000,
  // Not documented. A create answers when the backup is complete, which takes longer for larger apps.
  createAnswerMs: 10 * 60_000,
  createTimeoutMs: 30 * 60_000,
  outputs: { version: "the version, `YYYYMMDD-HHMMSS`, in a time zone that Discloud does not document" },
} as const satisfies PlatformDefinition;
