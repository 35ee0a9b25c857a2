import type { EngineStack, Held } from "./engine-stack";
import type { Truth } from "./targets";

/** Whether a note names the request that was carried out at an instant, by the time when it left. */
export function journalNames(text: string, atMs: number): boolean {
  return [...text.matchAll(/"requestedAt":\s*"([^"]+)"/g)].some(
    ([, requestedAt = ""]) => Math.abs(Date.parse(requestedAt) - atMs) <= 60_000,
  );
}

/** What has left the state, or counts as gone, though it exists and nobody was told. */
export function wronglyDropped(
  before: readonly Held[],
  after: readonly Held[],
  present: readonly Truth[],
  told: readonly string[],
): string[] {
  const exists = (id: unknown) => present.some(({ names }) => names.includes(String(id)));
  const still = new Set(after.map(({ props }) => props["snapshotId"]));
  const left = before
    .map(({ props }) => props["snapshotId"])
    .filter((id) => id !== undefined && !still.has(id) && exists(id) && !told.join("\n").includes(String(id)))
    .map((id) => `${String(id)} left the state, and it exists`);
  const gone = after
    .filter(({ props }) => props["status"] === "gone" && exists(props["snapshotId"]))
    .map(({ props }) => `${String(props["snapshotId"])} counts as gone, and it exists`);
  return [...left, ...gone];
}

/** What only secrets hold: credentials, signatures, links, encryption and download keys. */
const secrets: readonly RegExp[] = [
  /CANARY/,
  /Q0FOQVJZ/, // the beginning of the encryption key, in base64
  /AWSAccessKeyId=(?!\[)/,
  /Signature=(?!\[)/,
  /X-Amz-\w+=(?!\[)/,
  /discloud-downloads\//,
  /85592d2b15ff867407964790224dcbb3a95ce82b/, // the key of DS Cloud's newest backup
];

/** The secrets that state, messages or journal hold. */
export function leaksIn(stack: EngineStack): string[] {
  const places: Record<string, string> = {
    state: JSON.stringify(stack.held()),
    messages: stack.everTold.join("\n"),
    journal: stack.journal().join("\n"),
  };
  return Object.entries(places).flatMap(([place, text]) =>
    secrets.filter((secret) => secret.test(text)).map((secret) => `${secret} in the ${place}`),
  );
}
