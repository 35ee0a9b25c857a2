import type { Answer } from "../types";
import type { AssumedField, DiscloudApp } from "./state";

/** Message for a plan below the required one. */
export const planMessage = "This feature is only available for the Carbon plan or superior";

const messages: Record<number, string> = {
  401: "Please provide a valid token",
  404: "App not found",
  500: "Internal server error",
};

/** Errors as in the documented examples: 401 and 404 without a code, all others in the schema `Error`. */
export function refusal(status: number, message = messages[status] ?? "Request refused"): Answer {
  if (status === 401) return { status, body: { message } };
  if (status === 404) return { status, body: { status: "error", message } };
  return { status, body: { code: status, message } }; // assumed: the code is the status
}

/** Success answer, with its message. */
export const ok = (message: string, fields: object): Answer => ({
  status: 200,
  body: { status: "ok", message, ...fields },
});

/** Builds an object from its fields, with the changes that are set for each. */
export function assume(fields: readonly (readonly [name: string, value: unknown, field: AssumedField])[]): object {
  const sent = fields.filter(([, , field]) => !field.omit);
  return Object.fromEntries(
    sent.map(([name, value, field]) => [field.name ?? name, field.value ? field.value(value) : value]),
  );
}

/** assumed: like Discloud's other sizes, such as `39.9MB` and `61KB`; the base is unknown. */
export function sizeText(sizeBytes: number): string {
  const [value, unit] = sizeBytes < 1_048_576 ? [sizeBytes / 1024, "KB"] : [sizeBytes / 1_048_576, "MB"];
  return `${Number(value.toFixed(2))}${unit}`;
}

/** Only the fields of the documented example; the values besides id and name are the same for every app. */
export const describeApp = ({ id, name }: DiscloudApp) => ({
  id,
  avatarURL: "https://emulated.example.org/avatar.png",
  name,
  type: 0,
  online: true,
  ramKilled: false,
  exitCode: 0,
  ram: 100,
  mainFile: "src/index.js",
  lang: "javascript",
  mods: [],
  autoDeployGit: "no",
  autoRestart: false,
});
