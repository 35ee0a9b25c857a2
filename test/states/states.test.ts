import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { openRuntime } from "../../provider/dynamic/runtime";
import type { Properties } from "../../provider/resources/host";
import { providerText, type ResourceName } from "../../sdk/provider-text";
import { fakeClock } from "../http/fake-clock";

/** A stack that a version has written: the program's arguments by name, and the resources as `pulumi stack export` shows them. */
interface Written {
  readonly program: Readonly<Record<string, Properties>>;
  readonly resources: readonly {
    readonly urn: string;
    readonly type: string;
    readonly id: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
  }[];
}

const ENVIRONMENT = {
  VIRTUS_API_KEY: "key-of-nobody",
  DSCLOUD_API_KEY: "key-of-nobody",
  DISCLOUD_TOKEN: "token-of-nobody",
  SNAPSHOOTER_TOKEN: "token-of-nobody",
  SCP_ACCESS_KEY: "key-of-nobody",
  SCP_SECRET_KEY: "secret-of-nobody",
  SCP_REGION: "kr-west1",
};

const folders = readdirSync(__dirname).filter((name) => /^\d/.test(name));
const files = folders.flatMap((version) =>
  readdirSync(join(__dirname, version)).map((file) => [version, file] as const),
);
const cases = files.flatMap(([version, file]) => {
  const { program, resources } = JSON.parse(readFileSync(join(__dirname, version, file), "utf8")) as Written;
  return resources.map((resource) => {
    const name = resource.urn.split("::").at(-1) ?? "";
    return [version, file, name, program[name] ?? {}, resource] as const;
  });
});

/** When the states were written, and a minute. */
const NOW_MS = Date.UTC(2026, 10, 21, 12, 1);

test("there are states of at least one version, on every kind of resource", () => {
  expect(cases.length).toBeGreaterThanOrEqual(14);
});

test.each(cases)(
  "a state of version %s (%s, %s) previews without a diff",
  async (_version, _file, _name, args, state) => {
    const nothing = async () => undefined;
    const open = openRuntime({
      clock: fakeClock(NOW_MS),
      random: () => 0.5,
      environment: ENVIRONMENT,
      journal: { find: nothing, others: async () => [], note: nothing, settle: nothing, confirm: nothing },
      warn: nothing,
      inform: nothing,
      announce: () => undefined,
    });
    const resource = state.type.split(":").at(-1) as ResourceName;
    const provider = open(resource);
    await provider.configure?.({ config: { get: () => undefined } } as unknown as pulumi.dynamic.ConfigureRequest);
    const { resource: _resource, opts, ...given } = args;
    const timeouts = (opts as Properties | undefined)?.["customTimeouts"];
    const news = {
      ...given,
      __provider: providerText(resource),
      __urn: state.urn,
      ...(timeouts === undefined ? {} : { timeouts }),
    };
    const checked = await provider.check?.(state.inputs, news);
    expect(checked?.failures).toEqual([]);
    const diff = await provider.diff?.(state.id, state.outputs, checked?.inputs);
    expect(diff?.replaces ?? []).toEqual([]);
    const isSame =
      diff?.changes === false || (diff?.changes === undefined && isDeepStrictEqual(checked?.inputs, state.inputs));
    expect(isSame).toBe(true);
  },
);
