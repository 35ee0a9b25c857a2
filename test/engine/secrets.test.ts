import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, seed } from "../../emulator";
import { createStack, type Stack } from "./stack";

const credentials = {
  discloud: { token: "canary-discloud-3b1f8a" },
  virtus: { apiKey: "canary-virtus-92cc07" },
  dscloud: { apiKey: "canary-dscloud-e4d5a1" },
};
const canaries = Object.values(credentials).flatMap((fields) => Object.values(fields));

/** What is part of a download link, or of a virtus key, and of nothing else. */
const linkParts = /Signature=|AWSAccessKeyId=|Expires=\d|discloud-downloads|virtus-snapshots\/|dscloud-backups\//;

const PROGRAM = `
  const pulumi = require("@pulumi/pulumi");
  const { Snapshot, getSnapshots, getSnapshot, getSnapshotsOutput, getDownloadLink, getDownloadLinkOutput } =
    require("pulumi-snapshots");
  const { discloud, virtus, database, dscloud } = require("./targets.json");
  const release = new pulumi.Config().require("release");
  module.exports = async () => {
    const [mine] = [discloud, virtus, database].map((target, index) =>
      new Snapshot("taken-" + index, { ...target, triggers: { release } }));
    new Snapshot("adopted", { ...dscloud, adopt: "latest" });
    const links = await Promise.all([discloud, virtus, database, dscloud].map((target) =>
      getDownloadLink({ ...target, id: "latest" })));
    return {
      working: await Promise.all(links.map(async ({ url }) => (await fetch(url)).status)),
      newest: (await getSnapshots({ ...virtus, limit: 1 })).map(({ createdAt }) => createdAt),
      account: (await getSnapshots({ platform: "discloud" })).map(({ id }) => id),
      one: (await getSnapshot({ ...dscloud, id: "latest" })).backupName,
      counted: getSnapshotsOutput({ ...discloud, appId: pulumi.output(discloud.appId) }).length,
      link: getDownloadLinkOutput({ ...discloud, id: mine.snapshotId }),
    };
  };`;

const targets = {
  discloud: { platform: "discloud", appId: seed.discloud.appId },
  virtus: { platform: "virtus", appId: seed.virtus.appId },
  database: { platform: "virtus", databaseId: seed.virtus.databaseId },
  dscloud: { platform: "dscloud", appId: seed.dscloud.appId },
};

let stack: Stack;
afterEach(() => stack.dispose());

function withoutCredentials({ environment }: Emulator): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_(TOKEN|API_KEY)$/.test(name)));
}

/** Everything that Pulumi's home holds as text: the journal, logs, credentials of the state folder. */
function homeText(): string {
  return readdirSync(stack.workspace.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** The lines that hold one of the forms in which a credential could leak, cut to what a failing test should show. */
function leaks(text: string): string[] {
  const forms = canaries.flatMap((canary) => [canary, Buffer.from(canary).toString("base64").replace(/=+$/, "")]);
  return text
    .split("\n")
    .filter((line) => forms.some((form) => line.includes(form)) || linkParts.test(line))
    .map((line) => line.slice(0, 600));
}

/**
 * What the engine itself writes at `-v=9`, whatever the provider is: the stack's secret config on its way to a provider
 * that was written in Node.js, and the stack's secret outputs. Nothing but these lines may show a credential or a link,
 * and with credentials from the environment no line shows a credential.
 */
const engineLines = {
  secretConfig: /"msg":"(Unm|M)arshaling property for RPC\[Provider\[0x[0-9a-f]+\]\.Configure\(\)\.inputs\]: /,
  stackOutputs:
    /"msg":"Unmarshaling property for RPC\[ResourceMonitor\.RegisterResourceOutputs\(urn:pulumi:dev::snap::pulumi:pulumi:Stack::snap-dev\)\]: /,
};

test.each(["environment", "config"] as const)(
  "no token, key or link in state, output, logs, journal or ids, with credentials from the %s",
  async (source) => {
    stack = await createStack({
      emulator: { credentials },
      files: { "index.js": PROGRAM, "targets.json": targets },
      ...(source === "config" ? { env: withoutCredentials } : {}),
    });
    const { emulator, workspace } = stack;
    const verbose = ["-v=9", "--logtostderr"];
    await workspace.config("release", "1");
    if (source === "config") {
      await workspace.config("snapshots:discloud.token", credentials.discloud.token, { path: true, secret: true });
      await workspace.config("snapshots:virtus.apiKey", credentials.virtus.apiKey, { path: true, secret: true });
      await workspace.config("snapshots:dscloud.apiKey", credentials.dscloud.apiKey, { path: true, secret: true });
    }

    const up = await workspace.up(["--skip-preview", ...verbose], { expectCode: 0 });
    const { stdout } = await workspace.pulumi(["stack", "output", "--json"], { expectCode: 0 });
    const outputs = JSON.parse(stdout);
    expect(outputs).toMatchObject({
      working: [200, 200, 200, 200],
      account: expect.arrayContaining([`discloud/app/${seed.discloud.appId}/${seed.discloud.version}`]),
      one: seed.dscloud.latestName,
      counted: expect.any(Number),
      link: "[secret]",
    });
    const shown = await workspace.pulumi(["stack", "output", "link", "--show-secrets"], { expectCode: 0 });
    expect(shown.stdout).toContain(`${emulator.url}/discloud-downloads/`);

    await workspace.config("release", "2");
    const preview = await workspace.preview(["--diff", ...verbose], { expectCode: 0 });
    emulator.faults.add({
      platform: "virtus",
      operation: "list-app-snapshots",
      fault: "status",
      status: 400,
      body: { status: "error", code: "BAD", message: `${credentials.virtus.apiKey} is no good` },
    });
    emulator.discloud.access.revoked = true;
    const refresh = await workspace.refresh(["--skip-preview", ...verbose]);
    expect(refresh.code).not.toBe(0);
    emulator.faults.clear();
    emulator.discloud.access.revoked = false;
    const destroy = await workspace.destroy(["--skip-preview", ...verbose], { expectCode: 0 });

    const own = source === "config" ? [engineLines.stackOutputs, engineLines.secretConfig] : [engineLines.stackOutputs];
    for (const [name, { stdout: out, stderr }] of Object.entries({ up, preview, refresh, destroy })) {
      if (source === "environment") expect(canaries.filter((canary) => stderr.includes(canary))).toEqual([]);
      expect({ name, leaks: leaks(out) }).toEqual({ name, leaks: [] });
      const notTheEngines = leaks(stderr).filter((line) => !own.some((pattern) => pattern.test(line)));
      expect({ name, leaks: notTheEngines }).toEqual({ name, leaks: [] });
    }
    expect(up.stderr.length).toBeGreaterThan(100_000);
    expect(leaks(workspace.stateText())).toEqual([]);
    expect(leaks(homeText())).toEqual([]);
  },
  600_000,
);
