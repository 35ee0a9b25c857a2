import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { shardOf, targetsOf } from "../../examples/fleet/shards";
import { type Target, targets } from "../../examples/fleet/targets";
import { growthOf, platformRows, stackRows } from "../../scripts/fleet-plan";
import { blocksIn, root } from "./pages";

// A dependency of @pulumi/pulumi, which has no types of its own.
const { load } = require("js-yaml") as { load: (text: string) => unknown };

/** Value of the operator's `envRefs`. */
const resourceRef = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("Secret"),
    secret: z.strictObject({ name: z.string(), key: z.string(), namespace: z.string().optional() }),
  }),
  z.strictObject({ type: z.literal("Literal"), literal: z.strictObject({ value: z.string() }) }),
]);

/**
 * Fields that a fleet's Stack may have, from the operator's API reference:
 * https://github.com/pulumi/pulumi-kubernetes-operator/blob/master/docs/stacks.md
 */
const stackManifest = z.strictObject({
  apiVersion: z.literal("pulumi.com/v1"),
  kind: z.literal("Stack"),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/), namespace: z.string() }),
  spec: z.strictObject({
    serviceAccountName: z.string(),
    stack: z.string().regex(/^[\w.-]+\/[\w.-]+\/[\w.-]+$/),
    projectRepo: z.url(),
    branch: z.string(),
    repoDir: z.string(),
    config: z.record(z.string().regex(/^fleet:/), z.string()),
    continueResyncOnCommitMatch: z.literal(true),
    resyncFrequencySeconds: z.int().min(60),
    retryMaxBackoffDurationSeconds: z.int().max(86_400),
    envRefs: z.record(z.string().regex(/^[A-Z_]+$/), resourceRef),
  }),
});

/** Makes a Kubernetes schema reject fields that it does not name. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  return "properties" in inner && inner["type"] === "object" ? { ...inner, additionalProperties: false } : inner;
}

/** The operator's own definition of a Stack. */
const crd: { group: string; version: string; kind: string; spec: unknown } = JSON.parse(
  readFileSync(path.join(__dirname, "stack-crd.json"), "utf8"),
);
const operatorSpec = z.fromJSONSchema(strict(crd.spec) as z.core.JSONSchema.JSONSchema);

const program = path.join(root, "examples/fleet/stacks.js");

describe("the fleet's manifests", () => {
  it("are one Stack for each part of the list, as the operator documents it", () => {
    const list = JSON.parse(execFileSync(process.execPath, [program, "20"], { encoding: "utf8" }));
    const stacks = z.strictObject({
      apiVersion: z.literal("v1"),
      kind: z.literal("List"),
      items: z.array(stackManifest),
    });
    const { items } = stacks.parse(list);
    expect(items.map(({ spec }) => spec.config)).toEqual(
      Array.from({ length: 20 }, (_, shard) => ({ "fleet:shard": String(shard), "fleet:shards": "20" })),
    );
    expect(new Set(items.map(({ spec, metadata }) => `${spec.stack} ${metadata.name}`)).size).toBe(20);
  });

  it("fit the operator's own schema, which a misspelt or mistyped field does not", () => {
    const { items } = JSON.parse(execFileSync(process.execPath, [program, "20"], { encoding: "utf8" }));
    for (const { apiVersion, kind, spec } of items) {
      expect([apiVersion, kind]).toEqual([`${crd.group}/${crd.version}`, crd.kind]);
      expect(operatorSpec.safeParse(spec).error).toBeUndefined();
    }
    const [{ spec }] = items;
    for (const wrong of [
      { resyncFrequencySecond: 900 },
      { resyncFrequencySeconds: "900" },
      { envRefs: { A: { literal: { value: "1" } } } },
      { envRefs: { A: { type: "Secret", secret: { name: "pulumi" } } } },
      { stack: undefined },
    ]) {
      expect(operatorSpec.safeParse({ ...spec, ...wrong }).success).toBe(false);
    }
  });

  it("are what the guide shows, but for some of the variables", () => {
    const [shown = ""] = blocksIn("docs/fleet.md", "yaml");
    const list = JSON.parse(execFileSync(process.execPath, [program, "20"], { encoding: "utf8" }));
    const { spec, ...rest } = stackManifest.parse(load(shown));
    expect(list.items[0]).toMatchObject({ ...rest, spec });
  });

  it("are not printed for what is no number of stacks", () => {
    expect(() => execFileSync(process.execPath, [program, "none"], { stdio: "pipe" })).toThrow(/usage: node stacks.js/);
  });
});

test("a stack of the fleet without a setting fails, instead of looking after all targets", () => {
  const { config } = load(readFileSync(path.join(root, "examples/fleet/Pulumi.yaml"), "utf8")) as {
    config: Record<string, object>;
  };
  expect(Object.keys(config)).toEqual(["shard", "shards"]);
  for (const setting of Object.values(config)) expect(setting).not.toHaveProperty("default");
});

describe("the fleet's parts", () => {
  const many: Target[] = Array.from({ length: 10_000 }, (_, index) => ({
    name: `app-${index}`,
    tier: "gold",
    platform: "discloud",
    appId: `${index}`,
  }));

  it("hold every target once, and about as many each", () => {
    const parts = Array.from({ length: 20 }, (_, shard) => targetsOf(many, shard, 20));
    expect(parts.flat().length).toBe(many.length);
    expect(new Set(parts.flat()).size).toBe(many.length);
    for (const part of parts) expect(Math.abs(part.length - 500)).toBeLessThan(100);
  });

  it("stay as they are when a target is added", () => {
    const before = new Map(targets.map(({ name }) => [name, shardOf(name, 20)]));
    const added: Target = { name: "new", tier: "silver", platform: "discloud", appId: "9" };
    for (let shard = 0; shard < 20; shard++) {
      for (const { name } of targetsOf([added, ...targets], shard, 20)) {
        expect([name, before.get(name) ?? shard]).toEqual([name, shard]);
      }
    }
  });

  it("are refused where two lines are of one name or target, or the part is not one of them", () => {
    const [first] = targets as [Target, ...Target[]];
    expect(() => targetsOf([...targets, { ...first, platform: "discloud", appId: "9" } as Target], 0, 2)).toThrow(
      '"shop" and "shop" have the same name',
    );
    expect(() => targetsOf([...targets, { ...first, name: "twin", tier: "silver" }], 0, 2)).toThrow(
      '"shop" and "twin" have the same target',
    );
    expect(() => targetsOf(targets, 2, 2)).toThrow("shard: 2 is not a whole number from 0 to 1");
    expect(() => targetsOf(targets, 0, 0)).toThrow("shards: 0 is not a whole number above 0");
  });
});

describe("the fleet's plan", () => {
  it("follows from the limits of one account", () => {
    const [, ...rows] = platformRows(10_000);
    expect(rows.map(([, requests, , time]) => [requests, time])).toEqual([
      ["20,000", "5.6 h"],
      ["30,000", "13.9 h"],
      ["30,000", ""],
      ["10,000", ""],
    ]);
  });

  it("follows from the growth that the benchmark's page shows", () => {
    const page = [
      "| command | program | 100 resources | 500 resources | 2000 resources |",
      "| --- | --- | --- | --- | --- |",
      "| up | pulumi-snapshots | 6.0 s (1.0) | 30.0 s (5.0) | 240.0 s (40.0) |",
      "| up | no-op, stored text | 5.0 s (1.0) | 25.0 s (5.0) | 200.0 s (40.0) |",
    ].join("\n");
    const growth = growthOf(page) ?? [];
    expect(growth).toEqual([
      { size: 100, seconds: 6 },
      { size: 500, seconds: 30 },
      { size: 2000, seconds: 240 },
    ]);
    expect(stackRows(10_000, growth).slice(1)).toEqual([
      ["100", "100", "6.0 s", "10 min", "1 min", "100"],
      ["500", "20", "30.0 s", "10 min", "1 min", "500"],
      ["2,000", "5", "240.0 s", "20 min", "4 min", "2,000"],
    ]);
    expect(growthOf("# Performance")).toBeUndefined();
  });
});
