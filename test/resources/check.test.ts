import type { ConnectionSources } from "../../provider/model/connection";
import { UNKNOWN } from "../../provider/model/unknown";
import type { Properties } from "../../provider/resources/host";
import { checkSnapshot } from "../../provider/resources/snapshot/check";

const TOKEN = "t0ken-that-nobody-may-see";
const environment = { DISCLOUD_TOKEN: TOKEN, VIRTUS_API_KEY: TOKEN, DSCLOUD_API_KEY: TOKEN };

function check(news: Record<string, unknown>, sources: Partial<ConnectionSources> = {}) {
  return checkSnapshot({}, news as Properties, { config: () => undefined, environment, ...sources });
}

const discloud = { platform: "discloud", appId: "1745338954955" };
const virtus = { platform: "virtus", appId: "5bbd020126ee4692aga43e0ca0a75454" };
const dscloud = { platform: "dscloud", appId: "6e1d5a0c2f8b4793ae50d1c4b7f29e83", adopt: "latest" };

describe("a bad input is refused at preview, at its own name and with its remedy", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "no platform",
      { appId: "1" },
      "platform",
      /missing: name the platform; it is one of "virtus", "dscloud", "discloud"/,
    ],
    ["another platform", { ...discloud, platform: "heroku" }, "platform", /"heroku" is not a platform; it is one of/],
    ["a platform of every object's", { ...discloud, platform: "constructor" }, "platform", /is not a platform/],
    ["a platform that is not known yet", { ...discloud, platform: UNKNOWN }, "platform", /must be written out/],
    ["a connection that is not known yet", { ...discloud, connection: UNKNOWN }, "connection", /must be written out/],
    ["onGone that is not known yet", { ...discloud, onGone: UNKNOWN }, "onGone", /must be written out/],
    [
      "an argument that nothing knows",
      { ...discloud, appid: "1" },
      "appid",
      /unknown argument "appid" on Discloud; did you mean "appId"\?/,
    ],
    [
      "an argument of another platform",
      { ...discloud, databaseId: "d" },
      "databaseId",
      /it exists on Virtus Cloud.*; remove it/,
    ],
    [
      "reuseWithin on DS Cloud",
      { ...dscloud, reuseWithin: "1h" },
      "reuseWithin",
      /unknown argument .* DS Cloud \(it exists on .*Discloud.*\)/,
    ],
    ["no target", { platform: "discloud" }, "appId", /missing: name what to snapshot on Discloud with appId/],
    ["no target of two", { platform: "virtus" }, "appId", /with appId or databaseId/],
    ["two targets", { ...virtus, databaseId: "d" }, "databaseId", /give appId or databaseId, not both/],
    ["an empty target", { ...discloud, appId: "" }, "appId", /must not be empty: give the app's id/],
    [
      "an empty target on Virtus Cloud",
      { platform: "virtus", databaseId: "" },
      "databaseId",
      /must not be empty: give the database's id/,
    ],
    [
      "a target that is a number",
      { ...discloud, appId: 1745338954955 },
      "appId",
      /must be text: the app's id, in quotes/,
    ],
    ["every app at once", { ...discloud, appId: "all" }, "appId", /"all" means every app .*name one app by its id/],
    ["every app at once, in capitals", { ...discloud, appId: "ALL" }, "appId", /name one app by its id/],
    ["a target of other letters", { ...discloud, appId: "my app" }, "appId", /letters, digits and hyphens only/],
    ["a target that is too long", { ...discloud, appId: "a".repeat(41) }, "appId", /longer than 40/],
    ["a target that is a folder", { ...virtus, appId: ".." }, "appId", /must not consist of dots/],
    ["a target with white space", { ...dscloud, appId: "a b" }, "appId", /visible ASCII/],
    [
      "DS Cloud without adopt",
      { platform: "dscloud", appId: "1" },
      "adopt",
      /DS Cloud can't take a snapshot .*adopt: "latest"/,
    ],
    ["an empty adopt", { ...discloud, adopt: "" }, "adopt", /must not be empty: write "latest" or a snapshot's own id/],
    [
      "adopt by id with triggers",
      { ...discloud, adopt: "20241207-190711", triggers: { a: "1" } },
      "triggers",
      /remove them, or write adopt: "latest"/,
    ],
    [
      "adopt by id with triggers not known yet",
      { ...discloud, adopt: "20241207-190711", triggers: UNKNOWN },
      "triggers",
      /remove them/,
    ],
    [
      "adopt and reuseWithin",
      { ...discloud, adopt: "latest", reuseWithin: "6h" },
      "reuseWithin",
      /give one of the two/,
    ],
    [
      "a duration of 30m",
      { ...discloud, reuseWithin: "30m" },
      "reuseWithin",
      /"30min" for minutes or "30mo" for months/,
    ],
    ["a duration that is none", { ...discloud, reuseWithin: "soon" }, "reuseWithin", /such as "26h"/],
    ["a duration that is a number", { ...discloud, reuseWithin: 6 }, "reuseWithin", /must be text, such as "26h"/],
    [
      "deletion where there is none",
      { ...discloud, deletionPolicy: "delete" },
      "deletionPolicy",
      /must be "retain" or left out: Discloud can't delete a snapshot/,
    ],
    [
      "deletion on Virtus Cloud",
      { ...virtus, deletionPolicy: "delete" },
      "deletionPolicy",
      /must be "retain" or left out/,
    ],
    [
      "deletion on DS Cloud",
      { ...dscloud, deletionPolicy: "delete" },
      "deletionPolicy",
      /must be "retain" or left out/,
    ],
    ["another onGone", { ...discloud, onGone: "ignore" }, "onGone", /must be "keep", "fail" or "recreate"/],
    [
      "triggers that are a list",
      { ...discloud, triggers: ["1"] },
      "triggers",
      /must be a map of texts, such as \{ release: "42" \}/,
    ],
    ["a trigger that is a number", { ...discloud, triggers: { release: 42 } }, "triggers", /release: must be text/],
    [
      "a timeout in another grammar",
      { ...discloud, timeouts: { create: "30min" } },
      "timeouts",
      /create: .*such as "90s", "45m" or "1h30m"/,
    ],
    [
      "a connection that is no name",
      { ...discloud, connection: "a b" },
      "connection",
      /must be the name of a connection/,
    ],
    [
      "a connection that nothing sets",
      { ...discloud, connection: "second" },
      "connection",
      /connection "second": the field platform is missing; set it with/,
    ],
  ])("%s", (_title, news, property, reason) => {
    const { failures } = check(news);
    expect(
      failures
        .filter((failure) => failure.property === property)
        .map((failure) => failure.reason)
        .join("\n"),
    ).toMatch(reason);
    expect(JSON.stringify(failures)).not.toContain(TOKEN);
  });

  it("a missing token, whatever the platform", () => {
    for (const [news, variable] of [
      [discloud, "DISCLOUD_TOKEN"],
      [virtus, "VIRTUS_API_KEY"],
      [dscloud, "DSCLOUD_API_KEY"],
    ] as const) {
      const { failures } = check(news, { environment: {} });
      expect(failures).toEqual([{ property: "", reason: expect.stringContaining(variable) }]);
    }
  });

  it("a token set without --secret, with the command that mends it", () => {
    const { failures } = check(discloud, { config: () => ({ token: TOKEN }), isSecret: () => false });
    expect(failures).toEqual([
      {
        property: "",
        reason: expect.stringMatching(/plain text; .*"pulumi config set --path --secret snapshots:discloud\.token/),
      },
    ]);
  });

  it("everything at once, each at its name", () => {
    const { failures } = check(
      { platform: "discloud", reuseWithin: "30m", onGone: "x", nothing: 1 },
      { environment: {} },
    );
    expect(failures.map(({ property }) => property).sort()).toEqual([
      "", // the default connection
      "appId",
      "nothing",
      "onGone",
      "reuseWithin",
    ]);
  });

  it("never by throwing, even where everything has another type", () => {
    for (const wrong of [0, true, [], {}, "", null, undefined, [UNKNOWN], { deep: UNKNOWN }]) {
      for (const base of [discloud, virtus, dscloud]) {
        for (const name of [
          "appId",
          "databaseId",
          "triggers",
          "adopt",
          "reuseWithin",
          "deletionPolicy",
          "onGone",
          "connection",
          "platform",
          "timeouts",
        ]) {
          expect(() => check({ ...base, [name]: wrong })).not.toThrow();
        }
      }
    }
  });
});

describe("a good input", () => {
  it.each<[string, Record<string, unknown>]>([
    ["Discloud", discloud],
    ["a Virtus Cloud app", virtus],
    ["a Virtus Cloud database", { platform: "virtus", databaseId: "d" }],
    ["DS Cloud", dscloud],
    ["DS Cloud with triggers", { ...dscloud, triggers: { release: "42" } }],
    ["DS Cloud by name", { ...dscloud, adopt: "Backup at 2024-12-07 22:07:11" }],
    ["adopt by id with empty triggers", { ...discloud, adopt: "20241207-190711", triggers: {} }],
    [
      "everything",
      {
        ...discloud,
        triggers: { a: "1" },
        reuseWithin: "6h",
        deletionPolicy: "retain",
        onGone: "recreate",
        timeouts: { create: "1h" },
      },
    ],
    ["arguments that are left undefined or null", { ...discloud, adopt: undefined, triggers: null }],
  ])("%s passes", (_title, news) => {
    expect(check(news).failures).toEqual([]);
  });

  it("gets its defaults, and what is missing stays away", () => {
    expect(check({ ...discloud, adopt: undefined }).inputs).toStrictEqual({
      ...discloud,
      connection: "discloud",
      deletionPolicy: "retain",
      onGone: "keep",
    });
  });

  it.each([
    ["target", { ...discloud, appId: UNKNOWN }],
    ["triggers", { ...discloud, triggers: UNKNOWN }],
    ["one trigger", { ...discloud, triggers: { release: UNKNOWN } }],
    ["adopt", { ...discloud, adopt: UNKNOWN, triggers: { a: "1" } }],
    ["reuseWithin", { ...discloud, reuseWithin: UNKNOWN }],
    ["adopt on DS Cloud", { ...dscloud, adopt: UNKNOWN }],
  ])("may have a %s that is not known yet: its rules wait", (_title, news) => {
    expect(check(news).failures).toEqual([]);
  });

  it("is the same each time it is checked", () => {
    expect(check(check(discloud).inputs).inputs).toStrictEqual(check(discloud).inputs);
  });
});
