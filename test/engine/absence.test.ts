import { type FaultRule, seed } from "../../emulator";
import type { CommandResult } from "../support/engine";
import {
  besideClocks,
  changesSeenBy,
  createStack,
  type Declared,
  diagnosticsOf,
  type Stack,
  withFaults,
} from "./stack";

const MINUTE_MS = 60_000;

/** Apps beside those that every emulator starts with: one that keeps others, and ones that vanish altogether. */
const others = { discloud: "second-app", dscloud: "second-app" };
const vanishing = { discloud: "vanishing-app", virtus: "vanishing-app", dscloud: "vanishing-app" };

const declared: Record<string, Declared> = {
  "discloud-keep": { platform: "discloud", appId: seed.discloud.appId, adopt: "latest" },
  "virtus-keep": { platform: "virtus", appId: seed.virtus.appId, adopt: "latest" },
  "dscloud-keep": { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" },
  "discloud-recreate": { platform: "discloud", appId: others.discloud, onGone: "recreate" },
  "virtus-recreate": { platform: "virtus", databaseId: seed.virtus.databaseId, onGone: "recreate" },
  "dscloud-recreate": { platform: "dscloud", appId: others.dscloud, adopt: "latest", onGone: "recreate" },
  "discloud-target": { platform: "discloud", appId: vanishing.discloud, adopt: "latest" },
  "virtus-target": { platform: "virtus", appId: vanishing.virtus, adopt: "latest" },
  "dscloud-target": { platform: "dscloud", appId: vanishing.dscloud, adopt: "latest" },
};

let ahead = 0;
let stack: Stack;
let changes: () => string[];

beforeAll(async () => {
  stack = await createStack({ emulator: { now: () => Date.now() + ahead }, resources: declared });
  changes = changesSeenBy(stack.emulator);
  const { discloud, virtus, dscloud } = stack.emulator;
  const longAgo = Date.now() - 24 * 60 * MINUTE_MS;
  for (const id of [others.discloud, vanishing.discloud]) {
    discloud.addApp(id);
    discloud.addSnapshot(id, { createdAtMs: longAgo });
  }
  for (const id of [others.dscloud, vanishing.dscloud]) {
    dscloud.addApp(id);
    dscloud.addBackup(id, { createdAtMs: longAgo - MINUTE_MS });
    dscloud.addBackup(id, { createdAtMs: longAgo });
  }
  virtus.addApp(vanishing.virtus);
  virtus.addSnapshot(vanishing.virtus, { modifiedMs: longAgo });
  const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("+ 10 created");
  expect(changes()).toHaveLength(2);
}, 600_000);

afterAll(() => stack.dispose());

const stored = async () =>
  (await stack.workspace.resources(":Snapshot")).map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs }));

/** Every resource is asked at the same time, so that each waits out its retries with the others. */
const refreshAll = (): Promise<CommandResult> => stack.workspace.refresh(["--skip-preview", "--parallel", "16"]);

interface Failure {
  /** What a user reads on the resource's row. */
  says: RegExp;
  rule: Omit<FaultRule, "platform" | "operation">;
}

const refused = (status: number, says: RegExp): Failure => ({ says, rule: { fault: "status", status } as never });
const page = (status: number, says: RegExp): Failure => ({ says, rule: { fault: "html", status } as never });
const failures = {
  "401": refused(401, /HTTP 401\b.*check the credential of the connection "\w+"/),
  "402": refused(402, /HTTP 402\b/),
  "403 with HTML": page(403, /HTTP 403\b.*check that the credential may do this/),
  "404 with HTML": page(404, /HTTP 404 with an answer that is not JSON/),
  "200 with HTML": page(200, /HTTP 200 with an answer that is not JSON/),
  "429": {
    says: /HTTP 429\b/,
    rule: { fault: "status", status: 429, headers: { "retry-after": "1" } } as never,
  },
  "500": refused(500, /HTTP 500\b/),
  "truncated JSON": {
    says: /HTTP 200 with an answer that is not JSON/,
    rule: { fault: "status", status: 200, body: '{"status":"success","resp', contentType: "application/json" } as never,
  },
  "an empty body": { says: /HTTP 200 with an empty answer/, rule: { fault: "empty-body" } as never },
} satisfies Record<string, Failure>;
type Named = keyof typeof failures;

// What the platforms answer with in one refresh. Each platform meets each of them.
test.each<{ discloud: Named; virtus: Named; dscloud: Named }>([
  { discloud: "401", virtus: "402", dscloud: "403 with HTML" },
  { discloud: "403 with HTML", virtus: "401", dscloud: "402" },
  { discloud: "402", virtus: "403 with HTML", dscloud: "401" },
  { discloud: "404 with HTML", virtus: "429", dscloud: "200 with HTML" },
  { discloud: "200 with HTML", virtus: "404 with HTML", dscloud: "429" },
  { discloud: "429", virtus: "200 with HTML", dscloud: "404 with HTML" },
  { discloud: "500", virtus: "truncated JSON", dscloud: "an empty body" },
  { discloud: "truncated JSON", virtus: "an empty body", dscloud: "500" },
  { discloud: "an empty body", virtus: "500", dscloud: "truncated JSON" },
])(
  "a refresh keeps everything and says why: Discloud answers $discloud, Virtus Cloud $virtus, DS Cloud $dscloud",
  async (answers) => {
    const before = await stored();
    const rules = Object.entries(answers).map(
      ([platform, name]) => ({ platform, ...failures[name].rule, times: "always" }) as FaultRule,
    );
    const refresh = await withFaults(stack.emulator, rules, refreshAll);
    expect(refresh.code).not.toBe(0);
    for (const name of Object.keys(declared)) {
      const [platform] = name.split("-") as [keyof typeof answers];
      expect(diagnosticsOf(refresh, name)).toEqual([expect.stringMatching(failures[answers[platform]].says)]);
      expect(diagnosticsOf(refresh, name)[0]).toMatch(/^error: \[/);
    }
    expect(refresh.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(await stored()).toEqual(before);
  },
  600_000,
);

test("Discloud's 404 of a plan without snapshots keeps everything, like DS Cloud's and an empty list of DS Cloud", async () => {
  const { discloud, dscloud } = stack.emulator;
  const before = await stored();
  discloud.planRefused = true;
  const shelf = dscloud.apps.get(vanishing.dscloud);
  for (const backup of shelf?.present() ?? []) dscloud.removeBackup(vanishing.dscloud, backup.name);
  const refresh = await refreshAll();
  discloud.planRefused = false;
  expect(refresh.code).not.toBe(0);
  expect(diagnosticsOf(refresh, "discloud-keep")).toEqual([
    expect.stringMatching(
      /^error: .*its list answers 404, which means that it has no snapshots and also .*the plan has none/,
    ),
  ]);
  const ofTarget = (await stored()).find(({ urn }) => urn.endsWith("::dscloud-target"));
  expect(ofTarget?.outputs).toMatchObject({ status: "unknown" });
  expect((await stored()).filter(({ urn }) => urn !== ofTarget?.urn)).toEqual(
    before.filter(({ urn }) => urn !== ofTarget?.urn),
  );
}, 600_000);

test("a target that is gone itself, and a Virtus list that may be late, prove nothing: the status is unknown", async () => {
  const { discloud, virtus } = stack.emulator;
  discloud.removeApp(vanishing.discloud);
  virtus.removeTarget(vanishing.virtus);
  const taken = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
  virtus.removeSnapshot(seed.virtus.databaseId, taken as never);

  const refresh = await refreshAll();
  expect(refresh.code).toBe(0);
  for (const [name, reason] of [
    ["discloud-target", /Discloud answers 404 for the app vanishing-app itself/],
    ["virtus-target", /the account no longer shows the app vanishing-app itself/],
    ["virtus-recreate", /list does not show it, but may be up to 35 minutes late/],
  ] as const) {
    const { urn, outputs } = await stack.snapshot(name);
    expect(outputs).toMatchObject({ status: "unknown", snapshotId: expect.any(String) });
    const [warning] = diagnosticsOf(refresh, name);
    expect(warning).toMatch(/^warning: /);
    expect(warning).toMatch(reason);
    expect(warning).toContain(`take it out with pulumi state delete '${urn}'`);
  }
}, 600_000);

test("what is proven gone stays with a warning and no diff, or is dropped and taken anew by the next up", async () => {
  const { discloud, virtus, dscloud } = stack.emulator;
  discloud.removeSnapshot(seed.discloud.appId, seed.discloud.version);
  const newest = discloud.apps.get(others.discloud)?.snapshots.present().at(-1)?.version ?? "";
  discloud.removeSnapshot(others.discloud, newest);
  const ofVirtus = virtus.targets.get(seed.virtus.appId)?.snapshots.present().at(-1);
  virtus.removeSnapshot(seed.virtus.appId, ofVirtus as never);
  dscloud.removeBackup(seed.dscloud.appId, seed.dscloud.latestName);
  const newestBackup = dscloud.apps.get(others.dscloud)?.present().at(-1)?.name ?? "";
  dscloud.removeBackup(others.dscloud, newestBackup);
  ahead = 36 * MINUTE_MS;
  changes();

  const refresh = await refreshAll();
  expect(refresh.code).toBe(0);
  for (const name of ["discloud-keep", "virtus-keep", "dscloud-keep"]) {
    expect(besideClocks(diagnosticsOf(refresh, name))).toEqual([
      expect.stringMatching(/^warning: snapshot .* is gone from .* \(expired or deleted; the API doesn't say which\)/),
    ]);
    expect((await stack.snapshot(name)).outputs).toMatchObject({ status: "gone", snapshotId: expect.any(String) });
  }
  const left = (await stored()).map(({ urn }) => urn.split("::").at(-1));
  expect(left.filter((name) => name?.endsWith("-recreate"))).toEqual([]);
  expect(changes()).toEqual([]);

  const preview = await stack.workspace.preview([], { expectCode: 0 });
  expect(preview.stdout).toContain("+ 3 to create");
  expect(preview.stdout).toContain("7 unchanged");
  await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    `discloud create-snapshot ${others.discloud}`,
    `virtus create-database-snapshot ${seed.virtus.databaseId}`,
  ]);
  await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);
