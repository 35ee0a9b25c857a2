import { z } from "zod";
import type { PolicyTargetDefinition } from "../../../model/policy";
import { identifier } from "../fields";

const LONGEST_NAME = 255;

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

const force = {
  schema: z.boolean("must be true or false"),
  description: "snapshot a volume that is attached to a server",
  change: "update",
  onlyWith: "volumeId",
} as const;

/** Virtual server's volume as a snapshot target. */
export const volumeTarget = {
  kind: "volume",
  description: "the virtual-server volume's id",
  schema: identifier("volume"),
} as const;

/** Policies of volumes, run by Pulumi. */
export const volumePolicies = {
  ...volumeTarget,
  runBy: "up",
  retention: "optional",
  arguments: { force },
} as const satisfies PolicyTargetDefinition;

/** Restores of volumes: reverts to the newest snapshot. */
export const volumeRestores = {
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
} as const;

/** The arguments that only snapshots of volumes have. */
export const volumeSnapshotArguments = {
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
} as const;

/** Default name of a volume's snapshot: the resource name, truncated and without illegal characters, and a hash. */
export function defaultName(resourceName: string, hash: string): string {
  const legal = resourceName.replace(/[^a-zA-Z0-9\-_ ]+/g, "-").slice(0, LONGEST_NAME - hash.length - 1);
  return `${legal}-${hash}`;
}
