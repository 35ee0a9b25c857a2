import { z } from "zod";
import { parseDuration } from "../../model/duration";
import type { InputField } from "../../model/input";
import { listed } from "../../model/listed";
import { oncePer } from "../../model/once-per";
import type { PlatformDefinition } from "../../model/platform";
import { connectionField, durationSchema, internalFields, platformField, verifyField } from "../fields";

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  const quoted = values.map((value) => `"${value}"`);
  return z.enum(values, `must be ${listed(quoted, "or")}`);
}

/** Inputs of a Snapshot on a platform, by name; built once, since schemas take long to build. */
export const snapshotFields = oncePer((definition: PlatformDefinition): Readonly<Record<string, InputField>> => {
  const fields: Record<string, InputField> = {
    platform: platformField(definition),
    connection: connectionField(definition),
  };
  for (const [argument, target] of Object.entries(definition.targets)) {
    fields[argument] = { schema: target.schema, description: target.description, change: "replace" };
  }
  Object.assign(fields, definition.snapshotArguments);
  fields["triggers"] = {
    schema: z.record(z.string(), z.string("must be text"), 'must be a map of texts, such as { release: "42" }'),
    description: definition.create
      ? "a change of any of them takes a new snapshot"
      : "a change of any of them adopts the latest again",
    change: "replace",
  };
  fields["adopt"] = {
    schema: z
      .string('must be text: "latest" or a snapshot\'s own id')
      .min(1, 'must not be empty: write "latest" or a snapshot\'s own id'),
    description: "`latest` or the native id of a snapshot to manage instead of taking one",
    change: "adopt",
  };
  if (definition.create) {
    fields["reuseWithin"] = {
      schema: durationSchema(parseDuration),
      description: "adopt a usable snapshot this young instead of taking one",
      change: "update",
    };
  }
  if (definition.download) {
    fields["verify"] = verifyField(
      "`archive`: the snapshot counts as `available` only once its bytes were downloaded and its archive was checked",
    );
  }
  fields["deletionPolicy"] = {
    schema: definition.delete
      ? oneOf(["delete", "retain"])
      : z.literal(
          "retain",
          `must be "retain" or left out: ${definition.title} can't delete a snapshot (${definition.cannot["delete"]})`,
        ),
    description: "what destroy and replacement do with the snapshot",
    plain: true,
    ...(definition.delete ? {} : { default: "retain" }),
    change: "update",
  };
  fields["onGone"] = {
    schema: oneOf(["keep", "fail", "recreate"]),
    description:
      "what follows when a refresh proves that the snapshot is gone: `keep` (it stays in the state, and every preview " +
      "warns), `fail` (it shows a diff and fails every up until the program decides) or `recreate` (the refresh drops it, " +
      "and the next up creates it again)",
    plain: true,
    default: "keep",
    change: "update",
  };
  return { ...fields, ...internalFields() };
});

/** Outputs of a Snapshot on every platform, with their descriptions. */
export const commonOutputs: Readonly<Record<string, string>> = {
  snapshotId: "the platform's own id of the snapshot",
  status: "`pending`, `running`, `available`, `failed`, `gone` or `unknown`",
  platformStatus: "the platform's own word for the status, where it has one",
  createdAt: "when it was taken, ISO-8601 UTC; undefined where no trustworthy instant exists",
  sizeBytes: "its size in bytes, where the API gives bytes",
  sizeText: "its size in the API's own words",
  adopted: "true when it was not taken by this resource (`adopt`, `reuseWithin`)",
};
