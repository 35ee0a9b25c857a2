import { z } from "zod";
import { instantOf } from "../../model/clock";
import type { InputField } from "../../model/input";
import { unknownRemedy } from "../../model/nearest";
import { oncePer } from "../../model/once-per";
import type { PlatformDefinition } from "../../model/platform";
import { connectionField, internalFields, platformField } from "../fields";

const confirm = z.strictObject(
  {
    target: z.string("must be text: the target's id").min(1, "must not be empty: give the target's id"),
    before: z
      .string("must be text: an instant, such as 2026-11-21T04:00:00Z")
      .refine((text) => instantOf(text) !== undefined, "must be an instant with a zone, such as 2026-11-21T04:00:00Z"),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown argument ${issue.keys.map((key) => `"${key}"`).join(", ")}; ${unknownRemedy(issue.keys, ["target", "before"])}`
        : 'must be an object, such as { target: "<the target\'s id>", before: "2026-11-21T04:00:00Z" }',
  },
);

/** Inputs of a Restore on a platform, by name; built once, since schemas take long to build. */
export const restoreFields = oncePer((definition: PlatformDefinition): Readonly<Record<string, InputField>> => {
  const fields: Record<string, InputField> = {
    platform: platformField(definition),
    connection: connectionField(definition),
  };
  for (const [argument, { description, arguments: own }] of Object.entries(definition.restoreTargets)) {
    const target = definition.targets[argument];
    if (target === undefined) continue;
    fields[argument] = { schema: target.schema, description, change: "replace" };
    Object.assign(fields, own);
  }
  fields["triggers"] = {
    schema: z.record(z.string(), z.string("must be text"), 'must be a map of texts, such as { attempt: "2" }'),
    description: "a change of any of them restores once more",
    change: "replace",
  };
  fields["confirm"] = {
    schema: confirm,
    description:
      "`target`: the target's id once more; `before`: an ISO instant with a zone after which nothing is restored, by the " +
      "platform's clock; required",
    plain: true,
    change: "update",
  };
  return { ...fields, ...internalFields() };
});

/** Outputs of a Restore, with their descriptions. */
export const restoreOutputs: Readonly<Record<string, string>> = {
  restoreId: "the platform's own id of the restore, where it has one",
  status:
    "`accepted` (the platform shows nothing of what followed), `running`, `completed`, `failed`, or `unknown` (the answer " +
    "was lost, and it may have started)",
  platformStatus: "the platform's own word, where it has one: of the restore, or of the target's state",
  startedAt: "when it started, ISO-8601 UTC: from the platform's answer, or when it was requested",
  completedAt:
    "when it ended, or was first seen to have ended, ISO-8601 UTC; undefined where the platform shows no end",
  overwritten: "what was overwritten, in words, with the state before where the platform shows it",
};
