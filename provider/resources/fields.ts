import { z } from "zod";
import { type ParsedDuration, parseCustomTimeout } from "../model/duration";
import type { PlatformDefinition } from "../model/platform";

/** Schema of a text that `parse` reads as a duration. */
export function durationSchema(parse: (text: string) => ParsedDuration) {
  return z.string('must be text, such as "26h"').superRefine((text, context) => {
    const parsed = parse(text);
    if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
  });
}

/** Argument that names a resource's platform. */
export function platformField(definition: PlatformDefinition) {
  return {
    schema: z.literal(definition.name),
    description: "the platform",
    plain: true,
    change: "replace",
  } as const;
}

/** Argument that names the connection that a resource uses. */
export function connectionField(definition: PlatformDefinition) {
  return {
    schema: z
      .string("must be text: the name of a connection")
      .regex(/^[a-zA-Z0-9_-]+$/, "must be the name of a connection: letters, digits, hyphens and underscores"),
    description: "the connection to use",
    plain: true,
    default: definition.name,
    change: "update",
  } as const;
}

/** Argument that requests verified snapshots; its description says which ones. */
export function verifyField(description: string) {
  return {
    schema: z.literal(
      "archive",
      'must be "archive", which downloads each snapshot once and checks its archive; or left out, for no check',
    ),
    description,
    change: "update",
    changeInWords: "never replaces; added, it verifies what is there already",
  } as const;
}

/** Inputs that the resource classes pass in addition to the user's arguments. */
export function internalFields() {
  return {
    timeouts: {
      schema: z.record(z.enum(["create", "update", "delete"]), durationSchema(parseCustomTimeout).optional()).nullish(),
      description: "the resource's `customTimeouts`",
      change: "update",
      internal: true,
    },
    __urn: { schema: z.string(), description: "the resource's URN", change: "nothing", internal: true },
    __provider: { schema: z.string(), description: "the provider's text", change: "nothing", internal: true },
  } as const;
}
