import { seed } from "../../emulator";
import { createStack, type Declared, diagnosticsOf, type Stack } from "./stack";

const discloud = { platform: "discloud", appId: seed.discloud.appId };
const virtus = { platform: "virtus", appId: seed.virtus.appId };
const dscloud = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" };

interface Row {
  what: string;
  declared: Declared;
  /** The argument that the engine names. */
  property: string;
  /** What is wrong, and how to mend it. */
  reason: RegExp;
  /** A second line about the same connection. */
  alsoMissing?: RegExp;
  env?: Record<string, string>;
}

const inputs: Row[] = [
  {
    what: "no platform",
    declared: { appId: "1" },
    property: "platform",
    reason: /missing: name the platform; it is one of .*"discloud"/,
  },
  {
    what: "an unknown platform",
    declared: { ...discloud, platform: "vercel" },
    property: "platform",
    reason: /"vercel" is not a platform; it is one of .*"virtus"/,
  },
  {
    what: "a misspelt platform",
    declared: { ...discloud, platform: "discord" },
    property: "platform",
    reason: /"discord" is not a platform; did you mean "discloud"\?/,
  },
  {
    what: "an unknown argument",
    declared: { ...discloud, appID: "1" },
    property: "appID",
    reason: /unknown argument "appID" on Discloud; did you mean "appId"\?/,
  },
  {
    what: "another platform's argument",
    declared: { ...discloud, databaseId: "1" },
    property: "databaseId",
    reason: /unknown argument "databaseId" on Discloud \(it exists on Virtus Cloud.*\); remove it/,
  },
  {
    what: "no appId",
    declared: { platform: "discloud" },
    property: "appId",
    reason: /missing: name what to snapshot on Discloud with appId/,
  },
  {
    what: "two targets",
    declared: { ...virtus, databaseId: "1" },
    property: "databaseId",
    reason: /give appId or databaseId, not both/,
  },
  {
    what: "all as an app's id",
    declared: { ...discloud, appId: "all" },
    property: "appId",
    reason: /"all" means every app on Discloud: name one app by its id/,
  },
  {
    what: "an empty id",
    declared: { ...virtus, appId: "" },
    property: "appId",
    reason: /must not be empty: give the app's id/,
  },
  {
    what: "an id that lost its quotes",
    declared: { ...discloud, appId: 1745338954955 },
    property: "appId",
    reason: /must be text: the app's id, in quotes/,
  },
  {
    what: "DS Cloud without adopt",
    declared: { platform: "dscloud", appId: "1" },
    property: "adopt",
    reason: /DS Cloud can't take a snapshot .*Write adopt: "latest" .*or the id of one/,
  },
  {
    what: "reuseWithin on DS Cloud",
    declared: { ...dscloud, reuseWithin: "1h" },
    property: "reuseWithin",
    reason: /unknown argument "reuseWithin" on DS Cloud .*remove it/,
  },
  {
    what: "deletion on an app host",
    declared: { ...virtus, deletionPolicy: "delete" },
    property: "deletionPolicy",
    reason: /must be "retain" or left out: Virtus Cloud can't delete a snapshot/,
  },
  {
    what: "adopt by id with triggers",
    declared: { ...discloud, adopt: seed.discloud.version, triggers: { release: "1" } },
    property: "triggers",
    reason: /remove them, or write adopt: "latest"/,
  },
  {
    what: "adopt with reuseWithin",
    declared: { ...discloud, adopt: "latest", reuseWithin: "1h" },
    property: "reuseWithin",
    reason: /adopt already names the snapshot: give one of the two/,
  },
  {
    what: "a duration that reads two ways",
    declared: { ...discloud, reuseWithin: "30m" },
    property: "reuseWithin",
    reason: /"30m" can be read two ways: write "30min" for minutes or "30mo" for months/,
  },
  {
    what: "a trigger that is no text",
    declared: { ...discloud, triggers: { release: 1 } },
    property: "triggers",
    reason: /release: must be text/,
  },
  {
    what: "an unknown onGone",
    declared: { ...discloud, onGone: "delete" },
    property: "onGone",
    reason: /must be "keep", "fail" or "recreate"/,
  },
];

const connections: Row[] = [
  {
    what: "a missing token",
    declared: discloud,
    env: { DISCLOUD_TOKEN: "" },
    property: "connection",
    reason:
      /connection "discloud": the field token is missing; set it with "pulumi config set --path --secret snapshots:discloud\.token <value>" or in the environment as DISCLOUD_TOKEN/,
  },
  {
    what: "a connection that nothing configures",
    declared: { ...discloud, connection: "nowhere" },
    property: "connection",
    reason:
      /connection "nowhere": the field platform is missing; set it with "pulumi config set --path snapshots:nowhere\.platform discloud"/,
    alsoMissing:
      /the field token is missing; set it with "pulumi config set --path --secret snapshots:nowhere\.token <value>"$/,
  },
  {
    what: "a connection of another platform",
    declared: { ...discloud, connection: "other" },
    property: "connection",
    reason: /connection "other" is for the platform "virtus" and can't be used for "discloud"/,
  },
  {
    what: "an unknown field of a connection",
    declared: { ...virtus, connection: "other" },
    property: "connection",
    reason:
      /connection "other": unknown field "apikey"; did you mean "apiKey"\? Remove it with "pulumi config rm --path snapshots:other\.apikey"/,
    alsoMissing:
      /the field apiKey is missing; set it with "pulumi config set --path --secret snapshots:other\.apiKey <value>"$/,
  },
  {
    what: "plain http to another machine",
    declared: virtus,
    env: { VIRTUS_API_URL: "http://api.example.org/v2" },
    property: "connection",
    reason:
      /the field url \("http:\/\/api\.example\.org\/v2"\) must be https: plain http is accepted for a loopback address only; set it with ".*snapshots:virtus\.url <value>" or in the environment as VIRTUS_API_URL/,
  },
];

let stack: Stack;

beforeAll(async () => {
  stack = await createStack();
  await stack.workspace.config("snapshots:other.platform", "virtus", { path: true });
  await stack.workspace.config("snapshots:other.apikey", "not-a-key", { path: true });
  await stack.workspace.config("snapshots:plain.platform", "discloud", { path: true });
  await stack.workspace.config("snapshots:plain.token", "stored-in-plain-text", { path: true });
}, 600_000);

afterAll(() => stack.dispose());

// The engine stops at the first resource that is refused, so that each needs a preview of its own.
test.each([...inputs, ...connections])(
  "$what is refused at preview, with the field and the remedy",
  async ({ declared, property, reason, alsoMissing, env }) => {
    stack.declare({ refused: declared });
    const preview = await stack.workspace.preview([], env === undefined ? {} : { env });
    expect(preview.code).not.toBe(0);
    const lines = diagnosticsOf(preview, "refused");
    expect(lines[0]).toMatch(new RegExp(`^error: .*property ${property}\\b`));
    expect(lines[0]).toMatch(reason);
    expect(lines).toHaveLength(alsoMissing === undefined ? 1 : 2);
    if (alsoMissing !== undefined) expect(lines[1]).toMatch(alsoMissing);
    expect(preview.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(stack.emulator.requests).toEqual([]);
  },
  30_000,
);

test("a token that was set without --secret is refused at preview, with the command that mends it", async () => {
  stack.declare({ refused: { ...discloud, connection: "plain" } });
  const preview = await stack.workspace.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.stdout).toMatch(
    /connection "plain": the field token is stored in plain text; store it encrypted with "pulumi config set --path --secret snapshots:plain\.token <value>"/,
  );
  expect(preview.output).not.toContain("stored-in-plain-text");
  expect(preview.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(stack.emulator.requests).toEqual([]);
}, 30_000);
