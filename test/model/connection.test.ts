import { type ConnectionSources, isLoopbackHost, resolveConnection } from "../../provider/model/connection";
import { definitions, type PlatformName } from "../../provider/platforms";

const TOKEN = "t0ken-that-nobody-may-see";

interface Given {
  platform?: PlatformName;
  name?: string;
  config?: Record<string, unknown>;
  environment?: Record<string, string>;
  isSecret?: boolean;
}

function resolve({ platform = "discloud", name = platform, config = {}, environment = {}, isSecret }: Given) {
  const sources: ConnectionSources = {
    config: (connection) => config[connection],
    environment,
    ...(isSecret === undefined ? {} : { isSecret: () => isSecret }),
  };
  return resolveConnection(platform, definitions[platform].connectionFields, name, sources);
}

function problemsOf(given: Given): readonly string[] {
  const resolved = resolve(given);
  return "problems" in resolved ? resolved.problems : [];
}

function fieldsOf(given: Given): Readonly<Record<string, string>> {
  const resolved = resolve(given);
  if ("problems" in resolved) throw new Error(resolved.problems.join("; "));
  return resolved.connection.fields;
}

describe("a connection that is refused names itself, the field and the ways to mend it", () => {
  const loopback = "http://127.0.0.1:4400/v2";
  it.each<[string, Given, RegExp[]]>([
    [
      "without a token",
      {},
      [
        /connection "discloud": the field token is missing/,
        /"pulumi config set --path --secret snapshots:discloud\.token <value>"/,
        /environment as DISCLOUD_TOKEN/,
      ],
    ],
    [
      "with an empty token",
      { config: { discloud: { token: "" } }, environment: { DISCLOUD_TOKEN: "" } },
      [/the field token is missing/],
    ],
    [
      "with a token in plain text",
      { config: { discloud: { token: TOKEN } }, isSecret: false },
      [/field token is stored in plain text/, /"pulumi config set --path --secret snapshots:discloud\.token <value>"/],
    ],
    [
      "with a token in plain text and only one of two addresses on this machine",
      { platform: "virtus", config: { virtus: { apiKey: TOKEN, url: loopback } }, isSecret: false },
      [/field apiKey is stored in plain text/],
    ],
    [
      "with a field that it doesn't know",
      { config: { discloud: { token: TOKEN, tokn: "x" } } },
      [/unknown field "tokn"; did you mean "token"\?/, /"pulumi config rm --path snapshots:discloud\.tokn"/],
    ],
    [
      "with a field of every object's",
      { config: { discloud: { token: TOKEN, constructor: "x" } } },
      [/unknown field "constructor"; it knows token, url\. Remove it/],
    ],
    [
      "with one text in place of an object",
      { config: { discloud: TOKEN } },
      [
        /is a single value; remove it with "pulumi config rm snapshots:discloud" and set .* --path --secret snapshots:discloud\.token/,
      ],
    ],
    [
      "with a key that was set without --path",
      { config: { "discloud.token": TOKEN } },
      [
        /a key "snapshots:discloud\.token", which was set without --path/,
        /"pulumi config rm snapshots:discloud\.token" and use "pulumi config set --path --secret snapshots:discloud\.token/,
      ],
    ],
    [
      "over plain http to another machine",
      { config: { discloud: { token: TOKEN, url: "http://api.discloud.app/v2" } } },
      [/field url \("http:\/\/api\.discloud\.app\/v2"\) must be https: .*loopback/, /DISCLOUD_API_URL/],
    ],
    [
      "over plain http to a machine that is only called like this one",
      { config: { discloud: { token: TOKEN, url: "http://localhost.example.org" } } },
      [/must be https/],
    ],
    ["over ftp", { config: { discloud: { token: TOKEN, url: "ftp://api.discloud.app" } } }, [/must be https/]],
    ["to no address at all", { config: { discloud: { token: TOKEN, url: "api.discloud.app" } } }, [/is not a URL/]],
    [
      "to an address with a query",
      { config: { discloud: { token: TOKEN, url: "https://api.discloud.app/v2?x=1" } } },
      [/an address and a path only/],
    ],
    [
      "of its own name without a platform",
      { name: "second", config: { second: { token: TOKEN } } },
      [/field platform is missing/, /"pulumi config set --path snapshots:second\.platform discloud"/],
    ],
    [
      "of another platform",
      { name: "second", config: { second: { platform: "virtus", token: TOKEN } } },
      [/connection "second" is for the platform "virtus" and can't be used for "discloud"/],
    ],
    [
      "of its own name that nothing fills",
      { name: "second", environment: { DISCLOUD_TOKEN: TOKEN } },
      [/field platform is missing/, /field token is missing; set it with .*snapshots:second\.token <value>"$/m],
    ],
    [
      "with an account whose last digits are lost",
      { platform: "virtus", config: { virtus: { apiKey: TOKEN, accountId: Number("313397145698959364") } } },
      [/field accountId must be text/, /--type string snapshots:virtus\.accountId/],
    ],
    ["with a token that is a list", { config: { discloud: { token: [TOKEN] } } }, [/field token must be text/]],
    [
      "with a token that no header can carry",
      { config: { discloud: { token: `${TOKEN}\n` } } },
      [/field token holds white space or characters that no header can carry/],
    ],
    ["that is no object", { config: { discloud: "token" } }, [/snapshots:discloud must be an object/]],
    ["that is a list", { config: { discloud: "[1]" } }, [/snapshots:discloud must be an object/]],
  ])("%s", (_title, given, expected) => {
    const problems = problemsOf(given);
    expect(problems).not.toEqual([]);
    for (const pattern of expected) expect(problems.join("\n")).toMatch(pattern);
    for (const problem of problems)
      expect(problem).toContain(`connection "${given.name ?? given.platform ?? "discloud"}"`);
    expect(problems.join("\n")).not.toContain(TOKEN);
  });

  it("shows no password or query of a refused address", () => {
    const secret = "hunter2-in-a-url";
    for (const url of [`https://user:${secret}@api.discloud.app/v2`, `https://api.discloud.app/v2?token=${secret}`]) {
      const problems = problemsOf({ config: { discloud: { token: TOKEN, url } } });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain("api.discloud.app/v2");
      expect(problems[0]).not.toContain(secret);
    }
    expect(problemsOf({ config: { discloud: { token: TOKEN, url: secret } } }).join()).not.toContain(secret);
  });

  it("names everything that is wrong at once", () => {
    expect(problemsOf({ config: { discloud: { url: "http://example.org", tokn: "x" } } })).toHaveLength(3);
  });
});

describe("a connection that is taken", () => {
  it("has the documented addresses by default", () => {
    const defaults = {
      discloud: { token: TOKEN, url: "https://api.discloud.app/v2" },
      virtus: {
        apiKey: TOKEN,
        url: "https://api.virtuscloud.app/v2",
        snapshotsUrl: "https://snapshots.virtuscloud.app",
      },
      dscloud: { apiKey: TOKEN, url: "https://api.dscloud.pt/v3", backupsUrl: "https://backups.dscloud.pt" },
    };
    expect(fieldsOf({ config: { discloud: { token: TOKEN } } })).toEqual(defaults.discloud);
    expect(fieldsOf({ platform: "virtus", config: { virtus: { apiKey: TOKEN } } })).toEqual(defaults.virtus);
    expect(fieldsOf({ platform: "dscloud", config: { dscloud: { apiKey: TOKEN } } })).toEqual(defaults.dscloud);
  });

  it("takes every field of a default connection from the environment variable of the table", () => {
    const environment = {
      VIRTUS_API_KEY: TOKEN,
      VIRTUS_API_URL: "https://a.example.org",
      VIRTUS_SNAPSHOTS_URL: "https://b.example.org",
      VIRTUS_ACCOUNT_ID: "299792458162607015",
      DSCLOUD_API_KEY: TOKEN,
      DSCLOUD_API_URL: "https://c.example.org",
      DSCLOUD_BACKUPS_URL: "https://d.example.org",
      DSCLOUD_ACCOUNT_ID: "482915037716283907",
      DISCLOUD_TOKEN: TOKEN,
      DISCLOUD_API_URL: "https://e.example.org",
    };
    expect(fieldsOf({ platform: "virtus", environment })).toEqual({
      apiKey: TOKEN,
      url: "https://a.example.org",
      snapshotsUrl: "https://b.example.org",
      accountId: "299792458162607015",
    });
    expect(fieldsOf({ platform: "dscloud", environment })).toEqual({
      apiKey: TOKEN,
      url: "https://c.example.org",
      backupsUrl: "https://d.example.org",
      accountId: "482915037716283907",
    });
    expect(fieldsOf({ environment })).toEqual({ token: TOKEN, url: "https://e.example.org" });
  });

  it("prefers stack config, field by field", () => {
    const environment = { DISCLOUD_TOKEN: "other", DISCLOUD_API_URL: "https://environment.example.org" };
    expect(fieldsOf({ config: { discloud: { token: TOKEN } }, environment })).toEqual({
      token: TOKEN,
      url: "https://environment.example.org",
    });
  });

  it("does not fill a connection of its own name from the environment", () => {
    const given: Given = {
      name: "second",
      config: { second: { platform: "discloud", token: TOKEN } },
      environment: { DISCLOUD_API_URL: "https://environment.example.org" },
    };
    expect(fieldsOf(given)["url"]).toBe("https://api.discloud.app/v2");
  });

  it("reads stack config as an object and as its JSON text alike", () => {
    const object = { token: TOKEN, url: "https://api.example.org/v2" };
    expect(fieldsOf({ config: { discloud: JSON.stringify(object) } })).toEqual(
      fieldsOf({ config: { discloud: object } }),
    );
  });

  it.each([
    ["https://api.example.org/v2/", "https://api.example.org/v2"],
    ["https://api.example.org/v2///", "https://api.example.org/v2"],
    ["https://api.example.org", "https://api.example.org"],
    ["http://127.0.0.1:4400/discloud/v2", "http://127.0.0.1:4400/discloud/v2"],
    ["http://localhost:4400", "http://localhost:4400"],
    ["http://[::1]:4400", "http://[::1]:4400"],
  ])("takes the address %s as %s", (url, expected) => {
    expect(fieldsOf({ config: { discloud: { token: TOKEN, url } } })["url"]).toBe(expected);
  });

  it("may hold a plain token where all its addresses are this machine's", () => {
    const loopback = { url: "http://127.0.0.1:1/v2", snapshotsUrl: "http://localhost:1" };
    expect(
      problemsOf({ platform: "virtus", config: { virtus: { apiKey: TOKEN, ...loopback } }, isSecret: false }),
    ).toEqual([]);
  });

  it("takes a number that digits became, as long as no digit is lost", () => {
    expect(
      fieldsOf({ platform: "virtus", config: { virtus: { apiKey: TOKEN, accountId: 17453389 } } })["accountId"],
    ).toBe("17453389");
  });

  it("knows its secrets, and whether one came from config that a refresh takes as of the last up", () => {
    expect(resolve({ config: { discloud: { token: TOKEN } } })).toMatchObject({
      connection: { secrets: [TOKEN], fromConfig: true },
    });
    expect(
      resolve({ environment: { DISCLOUD_TOKEN: TOKEN }, config: { discloud: { url: "https://x.org" } } }),
    ).toMatchObject({ connection: { secrets: [TOKEN], fromConfig: false } });
  });
});

describe("this machine's own addresses", () => {
  it.each(["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "[::1]", "::1"])("%s is one", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
  it.each(["127.0.0.1.example.org", "localhost.example.org", "128.0.0.1", "0.0.0.0", "10.0.0.1", "::2", "example.org"])(
    "%s is none",
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});
