// Writes each block between `<!-- name -->` and `<!-- /name -->` of README.md and docs from the definitions that the
// provider runs on. With --check it changes nothing and fails when a page is out of date.
const { existsSync, readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const {
  commonOutputs,
  definitions,
  policyFields,
  policyOutputs,
  restoreFields,
  restoreOutputs,
  snapshotFields,
  verifiedOutputs,
} = require("../dist/provider/index.js");
const { growthOf, platformRows, stackRows } = require("./fleet-plan.js");

const root = join(__dirname, "..");
const FLEET = 10_000; // targets in the plan of docs/fleet.md
const platforms = Object.values(definitions);

/** @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const [head = [], ...body] = rows;
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

/** @param {string} name */
const isTarget = (name) => platforms.some(({ targets, policyTargets }) => name in targets || name in policyTargets);

/** @param {unknown} text */
const code = (text) => `\`${text}\``;

/** @param {unknown} text */
const cell = (text) => String(text).replaceAll("|", "\\|");

function platformTable() {
  /** @type {[string, (platform: any) => boolean, string][]} */
  const verbs = [
    ["takes", (platform) => platform.create, "create"],
    ["adopts", () => true, "adopt"],
    ["refreshes", () => true, "read"],
    ["deletes", (platform) => platform.delete, "delete"],
    ["download link", (platform) => platform.download, "download"],
    ["lists a target", () => true, "list"],
    ["lists the account", (platform) => platform.listAccount, "listAccount"],
  ];
  const rows = platforms.map((platform) => [
    `[${platform.title}](${platform.documentation}) (\`${platform.name}\`)`,
    Object.keys(platform.targets).map(code).join(", "),
    ...verbs.map(([, can]) => (can(platform) ? "yes" : "no")),
    Object.keys(platform.restoreTargets).map(code).join(", ") || "no",
  ]);
  const reasons = platforms.flatMap((platform) =>
    Object.values(platform.cannot).map((reason) => `- ${platform.title}: ${reason}.`),
  );
  return [
    table([["platform", "targets", ...verbs.map(([title]) => title), "restores"], ...rows]),
    "",
    "What they cannot do:",
    "",
    ...reasons,
  ].join("\n");
}

function connectionTable() {
  const rows = platforms.flatMap((platform) =>
    Object.entries(platform.connectionFields).map(([name, field]) => [
      code(platform.name),
      code(name) + (field.secret ? " (secret)" : ""),
      code(field.environment),
      field.required ? "required" : field.default === undefined ? "" : code(field.default),
      cell(field.description),
    ]),
  );
  return table([["connection", "field", "environment", "default", "what it is"], ...rows]);
}

/**
 * Merges texts that differ by platform into one: the most common text, then the exceptions.
 *
 * @param {readonly (readonly [string, string])[]} texts Platform, then its text, which may be empty.
 */
function merged(texts) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const [name, text] of texts) byText.set(text, [...(byText.get(text) ?? []), name]);
  const [first, ...others] = [...byText].sort((one, other) => other[1].length - one[1].length);
  const [common = ""] = first ?? [];
  const shortened = (/** @type {string} */ text) =>
    text.startsWith(`${common}: `) ? text.slice(common.length + 2) : text;
  const rest = others.map(([text, names]) => `on ${names.map(code).join(", ")}: ${shortened(text) || "none"}`);
  return cell([common || (rest.length > 0 ? "none" : ""), ...rest].filter(Boolean).join("; "));
}

/**
 * Returns a table of arguments, one row each, from the fields of all platforms. Targets come after the platform.
 *
 * @param {string} where The head of the second column.
 * @param {(platform: any) => Readonly<Record<string, any>>} fieldsOn
 * @param {Record<string, string>} changes
 * @param {(uses: readonly [any, any][], name: string) => string} whereOf
 * @param {(name: string, platform: any, field: any) => boolean} isRequired
 */
function argumentTable(where, fieldsOn, changes, whereOf, isRequired) {
  /** @type {Map<string, [any, any][]>} */
  const byName = new Map();
  for (const platform of platforms) {
    for (const [name, field] of Object.entries(fieldsOn(platform))) {
      if (!field.internal) byName.set(name, [...(byName.get(name) ?? []), [platform, field]]);
    }
  }
  const rankOf = (/** @type {string} */ name) => (name === "platform" ? 0 : isTarget(name) ? 1 : 2);
  const ordered = [...byName].sort(([one], [other]) => rankOf(one) - rankOf(other));
  const rows = ordered.map(([name, uses]) => {
    /** @param {(platform: any, field: any) => string} textOf */
    const all = (textOf) =>
      merged(uses.map(([platform, field]) => /** @type {const} */ ([platform.name, textOf(platform, field)])));
    return [
      code(name),
      whereOf(uses, name),
      all((_platform, { description }) => description.replace(/; required$/, "")),
      all((platform, field) => {
        if (isRequired(name, platform, field)) return "required";
        if (field.default === undefined) return isTarget(name) ? "one target" : "";
        return name === "connection" ? "the platform's name" : code(field.default);
      }),
      all((_platform, { change, changeInWords }) => changeInWords ?? changes[change] ?? ""),
    ];
  });
  return table([["argument", where, "what it is", "default", "changing it"], ...rows]);
}

function snapshotArguments() {
  return argumentTable(
    "on",
    snapshotFields,
    {
      replace: "replaces the snapshot",
      inPlace: "changes the snapshot in place",
      update: "updates the state only",
      adopt: "another id replaces; anything else updates the state only",
    },
    (uses) => {
      const only = uses.find(([, field]) => field.onlyWith !== undefined)?.[1].onlyWith;
      const names = uses.length === platforms.length ? "all" : uses.map(([{ name }]) => code(name)).join(", ");
      return names + (only === undefined ? "" : ` with ${code(only)}`);
    },
    (name, platform, field) =>
      name === "platform" ||
      (name === "adopt" && !platform.create) ||
      (name === "deletionPolicy" && field.default === undefined),
  );
}

function snapshotOutputs() {
  /** @param {Readonly<Record<string, string>>} outputs */
  const rows = (outputs, where = "all") =>
    Object.entries(outputs).map(([name, what]) => [code(name), where, cell(what)]);
  const own = platforms.flatMap((platform) => rows(platform.outputs, code(platform.name)));
  const verifying = platforms.filter((platform) => "verify" in snapshotFields(platform)).map(({ name }) => code(name));
  const all = [...rows(commonOutputs), ...rows(verifiedOutputs, verifying.join(", ")), ...own];
  return table([["output", "on", "what it is"], ...all]);
}

/** @param {any} target */
function destroyOf({ deletes, keepsRunning }) {
  if (deletes === "always") return "deletes the schedule that it created; an adopted one stays";
  if (deletes === "asked") return '`deletionPolicy: "delete"` deletes the policy; otherwise it keeps running';
  return keepsRunning === undefined ? "stops managing it" : `stops managing it: ${keepsRunning}`;
}

/** @param {any} target */
function scheduleChangeOf({ runBy, scheduleChange }) {
  if (runBy === "up") return "applies from the next `up`";
  return scheduleChange === "refuse" ? "refused at preview" : "changes it on the platform";
}

function policyTargetTables() {
  const rows = platforms.flatMap((platform) =>
    Object.entries(platform.policyTargets).map(([argument, target]) => {
      const isWatched = target.runBy === "watched";
      const { schedules = "any", retention = "every rule" } = target.expresses ?? {};
      return [
        `${code(platform.name)} ${code(argument)}`,
        code(target.runBy),
        isWatched ? "none" : cell(schedules),
        target.retention === "none" ? "none" : `${cell(retention)}; ${target.retention}`,
        isWatched ? "" : scheduleChangeOf(target),
        destroyOf(target),
      ];
    }),
  );
  return table([["target", "run by", "schedules", "retention", "changing these", "destroy"], ...rows]);
}

/**
 * Returns the targets of a platform on which a policy has an argument; empty if on all or none of them.
 *
 * @param {string} name
 * @param {any} platform
 */
function targetsWith(name, platform) {
  /** @type {[string, any][]} */
  const targets = Object.entries(platform.policyTargets);
  const own = targets.filter(
    ([, target]) =>
      (name === "schedules" && target.runBy !== "watched") ||
      (name === "retention" && target.retention !== "none") ||
      (name === "verify" && target.runBy !== "platform") ||
      Object.hasOwn(target.arguments ?? {}, name),
  );
  return own.length === 0 || own.length === targets.length ? [] : own.map(([argument]) => argument);
}

function policyArguments() {
  return argumentTable(
    "with",
    policyFields,
    {
      replace: "replaces the policy",
      inPlace: "see the targets above",
      update: "updates the state only",
      refuse: "refused at preview",
    },
    (uses, name) => {
      const where = uses.map(([platform]) => {
        const own = isTarget(name) ? [] : targetsWith(name, platform);
        return own.length === 0 ? code(platform.name) : `${code(platform.name)} ${own.map(code).join(", ")}`;
      });
      return where.some((each) => each.includes(" ")) || where.length < platforms.length ? where.join("; ") : "all";
    },
    (name) => ["platform", "name", "schedules"].includes(name),
  );
}

function restoreArguments() {
  return argumentTable(
    "on",
    (platform) => (Object.keys(platform.restoreTargets).length > 0 ? restoreFields(platform) : {}),
    { replace: "restores once more", update: "updates the state only" },
    (uses) => {
      const all = platforms.filter(({ restoreTargets }) => Object.keys(restoreTargets).length > 0);
      return uses.length === all.length ? "all" : uses.map(([platform]) => code(platform.name)).join(", ");
    },
    (name, _platform, field) => name === "platform" || field.description.endsWith("; required"),
  );
}

function restoreTargets() {
  const rows = platforms.flatMap(({ name, restoreTargets: targets }) =>
    Object.entries(targets).map(([argument, { overwrites, shows }]) => [
      `\`${name}\` \`${argument}\``,
      overwrites,
      shows,
    ]),
  );
  return table([["target", "it overwrites", "what the platform shows"], ...rows]);
}

/** @param {readonly string[]} verbs */
function cannotList(...verbs) {
  return platforms
    .flatMap(({ title, cannot }) =>
      Object.entries(cannot).flatMap(([verb, reason]) => (verbs.includes(verb) ? [`- ${title}: ${reason}.`] : [])),
    )
    .join("\n");
}

function fleetStacks() {
  const page = join(root, "docs/performance.md");
  const growth = existsSync(page) ? growthOf(readFileSync(page, "utf8")) : undefined;
  return growth ? table(stackRows(FLEET, growth)) : "Not computed: `npm run bench` writes the growth that it needs.";
}

function createTimeouts() {
  const minutes = (/** @type {any} */ platform) => platform.createTimeoutMs / 60_000;
  const usual = Math.min(...platforms.map(minutes));
  const others = platforms.filter((platform) => minutes(platform) !== usual);
  const texts = [`${usual} minutes`, ...others.map((platform) => `${minutes(platform)} on ${platform.title}`)];
  return `\`customTimeouts.create\` bounds it; default: ${texts.join(", ")}.`;
}

/** Returns a short table of the targets of all platforms, for the README. */
function policyTargetsTable() {
  /** @type {Record<string, string>} */
  const who = { platform: "the platform", up: "`pulumi up`", watched: "watched only" };
  const rows = platforms.flatMap((platform) =>
    Object.entries(platform.policyTargets).map(([argument, target]) => [
      `${platform.title} \`${argument}\``,
      who[target.runBy] ?? "",
      target.runBy === "watched" ? "none" : target.expresses === undefined ? "any" : "what the platform can",
      target.retention === "none" ? "none" : target.expresses === undefined ? "every rule" : "what the platform can",
    ]),
  );
  return table([["target", "run by", "schedules", "retention"], ...rows]);
}

/** @param {Readonly<Record<string, string>>} outputs */
const describedTable = (outputs) =>
  table([["output", "what it is"], ...Object.entries(outputs).map(([name, what]) => [code(name), cell(what)])]);

/** Blocks in the pages, by the name in their comments. */
const sections = {
  platforms: platformTable,
  connections: connectionTable,
  "policy-targets": policyTargetsTable,
  "snapshot-arguments": snapshotArguments,
  "snapshot-outputs": snapshotOutputs,
  "snapshot-cannot": () => cannotList("create", "delete", "download", "listAccount"),
  "policy-targets-in-full": policyTargetTables,
  "policy-arguments": policyArguments,
  "policy-outputs": () => describedTable(policyOutputs),
  "restore-targets": restoreTargets,
  "restore-arguments": restoreArguments,
  "restore-outputs": () => describedTable(restoreOutputs),
  unrestorable: () => cannotList("restore"),
  "create-timeouts": createTimeouts,
  "fleet-platforms": () => table(platformRows(FLEET)),
  "fleet-stacks": fleetStacks,
};

/** @param {string} text */
function filled(text) {
  return Object.entries(sections).reduce((result, [name, make]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    return result.replace(block, (_match, start, end) => `${start}\n${make()}\n\n${end}`);
  }, text);
}

/** Returns README.md and every page of docs. */
function pages() {
  const guides = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return ["README.md", ...guides.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)].sort();
}

const isCheck = process.argv.includes("--check");
for (const name of pages()) {
  const file = join(root, name);
  const text = readFileSync(file, "utf8");
  const fresh = filled(text);
  if (fresh === text) continue;
  if (isCheck) {
    console.error(`${name} is out of date: run "npm run docs"`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(file, fresh);
  console.log(`wrote ${name}`);
}
