import { z } from "zod";
import { parseDuration } from "../../model/duration";
import { oncePer } from "../../model/once-per";
import type { PlatformDefinition } from "../../model/platform";
import type { PolicyField, PolicyTargetDefinition } from "../../model/policy";
import { retentionSchema, schedulesSchema } from "../../schedule";
import { connectionField, durationSchema, internalFields, platformField, verifyField } from "../fields";

/** Whether policies for a target can verify backups: a platform that runs the policy does not wait for downloads. */
export function isVerifiable(definition: PlatformDefinition, { runBy }: PolicyTargetDefinition): boolean {
  return definition.download && runBy !== "platform";
}

/** Whether policies for a target have a schedule of their own. */
export function isScheduled(target: PolicyTargetDefinition): boolean {
  return target.runBy !== "watched";
}

type PolicyFields = Readonly<Record<string, PolicyField>>;

/** Inputs of a BackupPolicy on a platform, of all its targets, by name. Built once: schemas are slow to build. */
export const policyFields = oncePer((definition: PlatformDefinition): PolicyFields => {
  const fields: Record<string, PolicyField> = {
    platform: platformField(definition),
    connection: connectionField(definition),
  };
  const targets = Object.entries(definition.policyTargets);
  for (const [argument, target] of targets) {
    const { schema, description, change = "replace" } = target;
    fields[argument] = { schema, description, change };
  }
  for (const [, target] of targets) Object.assign(fields, target.arguments);
  const all = targets.map(([, target]) => target);
  if (all.some(isScheduled)) {
    fields["schedules"] = {
      schema: schedulesSchema,
      description: 'when backups are taken: `[{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }]`',
      change: "inPlace",
    };
  }
  if (all.some(({ retention }) => retention !== "none")) {
    fields["retention"] = { schema: retentionSchema, description: "which backups are kept", change: "inPlace" };
  }
  fields["maxAge"] = {
    schema: durationSchema(parseDuration),
    description: "how old the newest usable backup may be: the recovery point objective",
    change: "update",
  };
  fields["onStale"] = {
    schema: z.enum(["warn", "fail"], 'must be "warn" or "fail"'),
    description: "what an up does when the newest usable backup is older than `maxAge`",
    plain: true,
    default: "warn",
    change: "update",
  };
  if (all.some((target) => isVerifiable(definition, target))) {
    fields["verify"] = verifyField(
      "`archive`: a backup counts only once its bytes were downloaded and its archive was checked; where the policy is " +
        "watched, the newest one",
    );
  }
  fields["suspended"] = {
    schema: z.boolean("must be true or false"),
    description: "takes nothing, deletes nothing and does not evaluate `maxAge`",
    change: "update",
  };
  if (all.some(({ runBy }) => runBy === "up")) {
    fields["dueAt"] = {
      schema: z.string(),
      description: "the latest scheduled time that has passed",
      change: "inPlace",
      internal: true,
    };
  }
  return { ...fields, ...internalFields() };
});

/** Outputs that every BackupPolicy has besides its inputs, with their descriptions. */
export const policyOutputs: Readonly<Record<string, string>> = {
  policyId: "the platform's own id of the policy; where `pulumi up` runs or watches it, its mark",
  runBy: "who runs it: `platform`, `up` or `watched`",
  status: "`active`, `suspended`, `pending`, `failed` or `unknown`",
  platformStatus: "the platform's own word for the status, where it has one",
  createdAt: "when the policy was created, ISO-8601 UTC",
  adopted: "run by `platform`: true for a schedule that already existed and was adopted",
  fresh: "whether the newest usable backup is younger than `maxAge`; undefined where that is not evaluated",
  lastSnapshotAt: "when the newest usable backup was taken, ISO-8601 UTC",
  lastSnapshotId: "the platform's own id of the newest usable backup",
  checkedAt: "when that was looked at, ISO-8601 UTC",
  verifiedAt: "with `verify`: when the newest backup that is intact was checked, ISO-8601 UTC",
  verifiedBytes: "with `verify`: how many bytes of it were checked",
  sha256: "with `verify`: the SHA-256 of its bytes, in hex, where it is one file",
  snapshots:
    "run by `up`: what the policy holds, newest first: `id`, `createdAt`, `status`, `sizeBytes`, `slot`, `keptBecause`",
  pruned: "run by `up`: the ids of what the last run has deleted",
  pruneQueue: "run by `up`: the ids of what a later run has to delete",
};
