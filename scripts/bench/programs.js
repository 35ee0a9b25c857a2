"use strict";
// The programs that are compared: the package's own, and a minimal dynamic resource in two forms.

/** A resource of a program: its class, name and arguments. */
/** @typedef {{ resource?: "Snapshot" | "BackupPolicy", name: string, args: Record<string, unknown> }} Declared */

/** Minimal provider that the engine accepts: a no-op. */
const NOOP_VERBS = `{
  check: async (_olds, news) => ({ inputs: news }),
  diff: async () => ({}),
  create: async (inputs) => ({ id: require("node:crypto").randomUUID(), outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async () => {},
}`;

/** Kinds of programs: each with its title in the tables and its entry file. */
const PROGRAMS = {
  product: {
    title: "pulumi-snapshots",
    entry: `
const resources = require("pulumi-snapshots");
for (const { resource = "Snapshot", name, args } of require("./resources.json")) new resources[resource](name, args);
`,
  },
  /** Minimal dynamic resource: its provider text in the state has the same form and length as this package's. */
  storedText: {
    title: "no-op, stored text",
    entry: `
const pulumi = require("@pulumi/pulumi");
class Noop extends pulumi.CustomResource {
  constructor(name, args) {
    const __provider = 'exports.handler = () => require("pulumi-benchmark/runtime").provider("Snapshot");';
    super("pulumi-nodejs:dynamic/benchmark:Snapshot", name, { ...args, __provider });
  }
}
for (const { name, args } of require("./resources.json")) new Noop(name, args);
`,
  },
  /** The usual dynamic resource: the SDK serialises the provider into every state. */
  dynamic: {
    title: "no-op, pulumi.dynamic.Resource",
    entry: `
const pulumi = require("@pulumi/pulumi");
const provider = ${NOOP_VERBS};
class Noop extends pulumi.dynamic.Resource {
  constructor(name, args) {
    super(provider, name, { ...args }, {}, "benchmark", "Snapshot");
  }
}
for (const { name, args } of require("./resources.json")) new Noop(name, args);
`,
  },
};

/** @typedef {keyof typeof PROGRAMS} Kind */

const NOOP_RUNTIME = `exports.provider = () => (${NOOP_VERBS});\n`;

module.exports = { NOOP_RUNTIME, PROGRAMS };
