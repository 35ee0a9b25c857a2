import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { fileHolders } from "../../provider/dynamic/holders";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "snapshots-holders-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

const open = () => fileHolders({ PULUMI_HOME: home });
const folder = () => join(home, "pulumi-snapshots", "holders");
const files = () => readdirSync(folder());

describe("the registry of what resources have adopted", () => {
  it("shows other resources' snapshots to every process of the machine, and not a resource's own", async () => {
    await open().note("urn:b", ["one", "two"]);
    await open().note("urn:c", ["two"]);
    expect(await open().others("urn:a")).toEqual(
      new Map([
        ["one", ["urn:b"]],
        ["two", expect.arrayContaining(["urn:b", "urn:c"])],
      ]),
    );
    expect(await open().others("urn:b")).toEqual(new Map([["two", ["urn:c"]]]));
  });

  it("forgets what is dropped, also where its note is still being written", async () => {
    const registry = open();
    const noted = registry.note("urn:b", ["one", "two"]);
    await Promise.all([noted, registry.drop("urn:b", ["one"])]);
    expect(await open().others("urn:a")).toEqual(new Map([["two", ["urn:b"]]]));
    await registry.drop("urn:b", ["one", "two"]);
    expect(files()).toEqual([]);
  });

  it("records again what was dropped before", async () => {
    const registry = open();
    for (let round = 0; round < 2; round++) {
      await registry.note("urn:b", ["one"]);
      expect(await registry.others("urn:a")).toEqual(new Map([["one", ["urn:b"]]]));
      await registry.drop("urn:b", ["one"]);
      expect(await registry.others("urn:a")).toEqual(new Map());
    }
  });

  it("keeps what another stack's resource of the same URN has adopted", async () => {
    await open().note("urn:b", ["one"]);
    await open().note("urn:b", ["two"]);
    expect([...(await open().others("urn:a")).keys()].sort()).toEqual(["one", "two"]);
  });

  it("knows of nothing where nothing was noted", async () => {
    expect(await open().others("urn:a")).toEqual(new Map());
    await open().drop("urn:a", ["one"]);
  });

  it.each(["", "null", "[]", "{}", '{"urn":"urn:b"}', '{"urn":1,"key":2}', "{"])(
    "passes over a file that holds %j, and mends it with the next note",
    async (text) => {
      await open().note("urn:b", ["one"]);
      await open().note("urn:c", ["two"]);
      for (const name of files()) {
        if (readFileSync(join(folder(), name), "utf8").includes("urn:b")) writeFileSync(join(folder(), name), text);
      }
      expect(await open().others("urn:a")).toEqual(new Map([["two", ["urn:c"]]]));
      await open().note("urn:b", ["one"]);
      expect(await open().others("urn:a")).toHaveProperty("size", 2);
      expect(files()).toHaveLength(2);
    },
  );

  it("says which folder can't be read, since nothing may be deleted then", async () => {
    await open().note("urn:b", ["one"]);
    rmSync(folder(), { recursive: true });
    writeFileSync(folder(), "not a folder");
    await expect(open().others("urn:a")).rejects.toThrow(/holders can't be read \(.*ENOTDIR/);
  });

  it("holds nothing but URNs and keys, in files that only the user can read", async () => {
    await open().note("urn:b", ["one"]);
    const [name = ""] = files();
    expect(JSON.parse(readFileSync(join(folder(), name), "utf8"))).toEqual({ urn: "urn:b", key: "one" });
  });

  it.each([{}, { PULUMI_HOME: "" }])("is in the default home with %j", async (environment) => {
    jest.spyOn(os, "homedir").mockReturnValue(home);
    await fileHolders(environment).note("urn:b", ["one"]);
    expect(readdirSync(join(home, ".pulumi", "pulumi-snapshots", "holders"))).toHaveLength(1);
  });
});
