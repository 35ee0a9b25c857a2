import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy, type BackupPolicyArgs, type Platform, Snapshot, type SnapshotArgs } from "../../sdk";

const schedules = [{ cron: "0 3 * * *" }];
const snapshots: Record<Platform, SnapshotArgs> = {
  virtus: { platform: "virtus", appId: "1" },
  dscloud: { platform: "dscloud", appId: "1", adopt: "latest" },
  discloud: { platform: "discloud", appId: "1" },
  snapshooter: { platform: "snapshooter", jobId: "1", deletionPolicy: "retain" },
  scp: { platform: "scp", volumeId: "1", deletionPolicy: "retain" },
};
const policies: Record<Platform, BackupPolicyArgs> = {
  virtus: { platform: "virtus", databaseId: "1", schedules },
  dscloud: { platform: "dscloud", appId: "1", maxAge: "26h" },
  discloud: { platform: "discloud", appId: "1", schedules },
  snapshooter: { platform: "snapshooter", jobId: "1", maxAge: "26h" },
  scp: { platform: "scp", volumeId: "1", schedules },
};

/** Inputs that the class has passed to the engine, by resource name. */
const registered = new Map<string, Record<string, unknown>>();
/** Further outputs from the platform's provider. */
let returned: Record<string, unknown>;

const valueIn = <Value>(output: pulumi.Output<Value>): Promise<Value> =>
  new Promise((resolve) => void output.apply((value) => resolve(value as Value)));

function mock(isPreview: boolean): Promise<void> {
  return pulumi.runtime.setMocks(
    {
      newResource({ name, id, inputs }) {
        registered.set(name, inputs);
        return { id: id === undefined || id === "" ? `${name}-id` : id, state: { ...inputs, ...returned } };
      },
      call: ({ inputs }) => inputs,
    },
    "project",
    "stack",
    isPreview,
  );
}

beforeEach(async () => {
  registered.clear();
  returned = {};
  await mock(false);
});

/** All outputs of a resource; its types say that every platform has all of them. */
const everyOutput = (resource: object) =>
  Object.entries(resource).filter(([name]) => !name.startsWith("__") && name !== "urn" && name !== "id");

describe.each([
  ["Snapshot", Object.values(snapshots), (name: string, args: object) => new Snapshot(name, args as SnapshotArgs)],
  [
    "BackupPolicy",
    Object.values(policies),
    (name: string, args: object) => new BackupPolicy(name, args as BackupPolicyArgs),
  ],
] as const)("a %s", (_resource, all, create) => {
  it("has every output on every platform, undefined where the platform has none", async () => {
    returned = { status: "available" };
    const sets = await Promise.all(
      all.map(async (args) => {
        const outputs = everyOutput(create(args.platform, args));
        const values = await Promise.all(
          outputs.map(async ([name, output]) => [name, await valueIn(output as pulumi.Output<unknown>)] as const),
        );
        expect(Object.fromEntries(values)).toMatchObject({ ...args, status: "available" });
        return values.map(([name]) => name).sort();
      }),
    );
    for (const names of sets) expect(names).toEqual(sets[0]);
    expect(sets[0]).toEqual(expect.arrayContaining(["appId", "databaseId", "jobId", "volumeId", "fileVolumeId"]));
  });

  it("hands over nothing but its arguments, its provider's text and its URN", async () => {
    for (const args of all) {
      const resource = create(`${args.platform}-2`, args);
      await valueIn(resource.urn);
      const { __provider, __urn, __declaredMs, ...given } = registered.get(`${args.platform}-2`) ?? {};
      expect(given).toEqual(args);
      expect(__provider).toMatch(/^exports\.handler = /);
      expect(__urn).toBe(await valueIn(resource.urn));
    }
  });
});

describe("a resource", () => {
  it("names itself by the same URN as the engine does, below a parent too", async () => {
    class Group extends pulumi.ComponentResource {
      constructor(name: string) {
        super("project:index:Group", name);
      }
    }
    const parent = new Group("group");
    const child = new Snapshot("child", { platform: "discloud", appId: "1" }, { parent });
    await valueIn(child.urn);
    const urn = pulumi.createUrn("child", "pulumi-nodejs:dynamic/snapshots:Snapshot", parent);
    expect(registered.get("child")?.["__urn"]).toBe(await valueIn(urn));
  });

  it("says that it is in a preview, which the provider learns from nobody else", async () => {
    await mock(true);
    await valueIn(new Snapshot("a", { platform: "discloud", appId: "1" }).urn);
    expect(registered.get("a")?.["__preview"]).toBe(true);
    await valueIn(Snapshot.get("b", "discloud/app/1/2").urn);
    expect(registered.get("b")).not.toHaveProperty("__preview");
  });

  it("says when it was declared, where it adopts in an up and waits for nothing", async () => {
    const args = { platform: "discloud", appId: "1", adopt: "latest" } as const;
    const before = Date.now();
    const first = new Snapshot("first", args);
    const declaredMs = async (resource: Snapshot, name: string) => {
      await valueIn(resource.urn);
      return registered.get(name)?.["__declaredMs"];
    };
    const mark = await declaredMs(first, "first");
    expect(mark).toBeGreaterThanOrEqual(before);
    expect(mark).toBeLessThanOrEqual(Date.now());
    const waiting = new Snapshot("waiting", args, { dependsOn: [first] });
    expect(await declaredMs(waiting, "waiting")).toBeUndefined();
    expect(await declaredMs(new Snapshot("child", args, { parent: first }), "child")).toBeUndefined();
    const fed = new Snapshot("fed", { ...args, appId: first.urn.apply(() => "1") });
    expect(await declaredMs(fed, "fed")).toBeUndefined();
    const taken = new Snapshot("taken", { platform: "discloud", appId: "1" });
    expect(await declaredMs(taken, "taken")).toBeUndefined();
    await mock(true);
    expect(await declaredMs(new Snapshot("first", args), "first")).toBeUndefined();
  });

  it("hands over its customTimeouts", async () => {
    const options = { customTimeouts: { create: "1h", delete: "5m" } };
    await valueIn(new Snapshot("a", { platform: "discloud", appId: "1" }, options).urn);
    expect(registered.get("a")?.["timeouts"]).toEqual({ create: "1h", delete: "5m" });
  });

  it("that is only read has the outputs of the platform that its id names", async () => {
    returned = { platform: "scp", region: "kr-west1" };
    const read = Snapshot.get("a", "scp/volume/1/2");
    expect(await valueIn(read.region)).toBe("kr-west1");
    expect(await valueIn(read.appId)).toBeUndefined();
    returned = { platform: "virtus", snapshotName: "s" };
    expect(await valueIn(Snapshot.get("b", pulumi.output("virtus/app/1/s/2")).snapshotName)).toBe("s");
  });
});

describe("the traces of errors", () => {
  const own = Error.prepareStackTrace;
  afterEach(() => {
    Error.prepareStackTrace = own;
  });

  it("are prepared as before, while a resource is declared and after, but for those of the resource and its promises", async () => {
    const prepared: (string | null | undefined)[][] = [];
    const prepare = (error: Error, frames: NodeJS.CallSite[]): string => {
      prepared.push(frames.map((frame) => frame.getFunctionName()));
      return `${error}\n${frames.map((frame) => `    at ${frame}`).join("\n")}`;
    };
    Error.prepareStackTrace = prepare;
    const seen: (string | undefined)[] = [];
    const args = {
      platform: "discloud",
      get appId() {
        seen.push(new Error("a getter's").stack);
        return "1";
      },
    } as const;
    const snapshot = new Snapshot("a", args);
    expect(Error.prepareStackTrace).toBe(prepare);
    expect(seen[0]).toMatch(/^Error: a getter's\n {4}at /);
    expect(prepared.map(([asking]) => asking)).not.toContain("debuggablePromise");
    // The resource's own stack trace has the program's frames only.
    expect(prepared.flat()).toContain("Snapshot");
    expect(prepared.flat()).not.toContain("Resource");
    await valueIn(snapshot.urn);
    expect(() => new Snapshot("", { platform: "discloud", appId: "1" })).toThrow(/Missing resource name/);
    expect(Error.prepareStackTrace).toBe(prepare);
  });
});
