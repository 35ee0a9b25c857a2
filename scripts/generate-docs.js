// Writes what README.md, docs/reference.md and docs/restore.md say about platforms, arguments, outputs and connections, from the same
// definitions that the provider runs on. With --check it changes nothing and fails when a file is out of date.
const { readFileSync, writeFileSync } = require("node:fs");
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

const root = join(__dirname, "..");
const platforms = Object.values(definitions);

/** @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const [head = [], ...body] = rows;
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

/** @param {unknown} text */
function cell(text) {
  return String(text).replaceAll("|", "\\|");
}

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
    Object.keys(platform.targets)
      .map((argument) => `\`${argument}\``)
      .join(", "),
    ...verbs.map(([, can]) => (can(platform) ? "yes" : "no")),
    Object.keys(platform.restoreTargets)
      .map((argument) => `\`${argument}\``)
      .join(", ") || "no",
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
      `\`${platform.name}\``,
      `\`${name}\`${field.secret ? " (secret)" : ""}`,
      `\`${field.environment}\``,
      field.required ? "required" : field.default === undefined ? "" : `\`${field.default}\``,
      cell(field.description),
    ]),
  );
  return table([["connection", "field", "environment", "default", "what it is"], ...rows]);
}

function argumentTables() {
  /** @type {Record<string, string>} */
  const changes = {
    replace: "takes a new snapshot",
    inPlace: "changes the snapshot in place",
    update: "updates the state, without a request",
    adopt: "another id replaces; anything else updates the state",
    nothing: "nothing",
  };
  return platforms
    .map((platform) => {
      const fields = Object.entries(snapshotFields(platform)).filter(([, field]) => !field.internal);
      const rows = fields.map(([name, field]) => [
        `\`${name}\``,
        cell(field.description),
        field.default === undefined ? "" : `\`${field.default}\``,
        field.changeInWords ?? changes[field.change] ?? "",
      ]);
      const outputs = Object.entries(platform.outputs).map(([name, what]) => [`\`${name}\``, cell(what)]);
      return [
        `### ${platform.title} (\`platform: "${platform.name}"\`)`,
        "",
        table([["argument", "meaning", "default", "a change of it"], ...rows]),
        "",
        table([["output of its own", "meaning"], ...outputs]),
      ].join("\n");
    })
    .join("\n\n");
}

/** @param {any} target */
function destroyOf({ deletes, keepsRunning }) {
  if (deletes === "always") return "removes what it made; one that it took over stays";
  if (deletes === "asked") return '`deletionPolicy: "delete"` deletes it; else it is forgotten, and keeps running';
  return keepsRunning === undefined ? "forgets it" : `forgets it: ${keepsRunning}`;
}

/** @param {any} target */
function scheduleChangeOf({ runBy, scheduleChange }) {
  if (runBy === "up") return "counts from the next up on";
  return scheduleChange === "refuse" ? "refused at preview" : "changes it on the platform";
}

/** @param {any} platform */
function policyTargetTable(platform) {
  const rows = Object.entries(platform.policyTargets).map(([argument, target]) => {
    const isWatched = target.runBy === "watched";
    const { schedules = "any", retention = "every rule" } = target.expresses ?? {};
    return [
      `\`${argument}\``,
      `\`${target.runBy}\``,
      isWatched ? "none" : cell(schedules),
      target.retention === "none" ? "none" : `${cell(retention)}; ${target.retention}`,
      isWatched ? "" : scheduleChangeOf(target),
      destroyOf(target),
    ];
  });
  return table([["target", "run by", "schedules", "retention", "a change of these", "destroy"], ...rows]);
}

/**
 * The targets that an argument goes with; empty where it goes with all of them.
 *
 * @param {any} platform
 * @param {string} name
 */
function goesWith(platform, name) {
  /** @type {[string, any][]} */
  const targets = Object.entries(platform.policyTargets);
  const own = targets.filter(
    ([, target]) =>
      (name === "schedules" && target.runBy !== "watched") ||
      (name === "retention" && target.retention !== "none") ||
      (name === "verify" && target.runBy !== "platform") ||
      Object.hasOwn(target.arguments ?? {}, name),
  );
  return own.length === targets.length ? "" : own.map(([argument]) => `\`${argument}\``).join(", ");
}

function policyTables() {
  /** @type {Record<string, string>} */
  const changes = {
    replace: "another policy in its place",
    inPlace: "see above",
    update: "updates the state",
    refuse: "refused at preview",
  };
  return platforms
    .map((platform) => {
      const rows = Object.entries(policyFields(platform))
        .filter(([, field]) => !field.internal)
        .map(([name, field]) => [
          `\`${name}\``,
          goesWith(platform, name),
          cell(field.description),
          field.default === undefined ? "" : `\`${field.default}\``,
          field.changeInWords ?? changes[field.change] ?? "",
        ]);
      return [
        `### Policies on ${platform.title} (\`platform: "${platform.name}"\`)`,
        "",
        policyTargetTable(platform),
        "",
        table([["argument", "only with", "meaning", "default", "a change of it"], ...rows]),
      ].join("\n");
    })
    .join("\n\n");
}

/** The targets of all platforms in short, for the README. */
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

function restoreTables() {
  /** @type {Record<string, string>} */
  const changes = { replace: "restores once more", update: "updates the state, without a request" };
  return platforms
    .filter(({ restoreTargets }) => Object.keys(restoreTargets).length > 0)
    .map((platform) => {
      const rows = Object.entries(restoreFields(platform))
        .filter(([, field]) => !field.internal)
        .map(([name, field]) => [
          `\`${name}\``,
          cell(field.description),
          field.default === undefined ? "" : `\`${field.default}\``,
          changes[field.change] ?? "",
        ]);
      const targets = Object.entries(platform.restoreTargets).map(
        ([argument, { overwrites, shows }]) => `\`${argument}\`: it overwrites ${overwrites}; ${shows}.`,
      );
      return [
        `### Restores on ${platform.title} (\`platform: "${platform.name}"\`)`,
        "",
        ...targets,
        "",
        table([["argument", "meaning", "default", "a change of it"], ...rows]),
      ].join("\n");
    })
    .join("\n\n");
}

function unrestorableList() {
  return platforms
    .flatMap(({ title, cannot }) => ("restore" in cannot ? [`- ${title}: ${cannot.restore}.`] : []))
    .join("\n");
}

/** @param {Readonly<Record<string, string>>} outputs */
function describedTable(outputs) {
  return table([["output", "meaning"], ...Object.entries(outputs).map(([name, what]) => [`\`${name}\``, cell(what)])]);
}

const sections = {
  platforms: platformTable,
  connections: connectionTable,
  arguments: argumentTables,
  outputs: () => describedTable({ ...commonOutputs, ...verifiedOutputs }),
  policies: policyTables,
  "policy-outputs": () => describedTable(policyOutputs),
  "policy-targets": policyTargetsTable,
  restores: restoreTables,
  "restore-outputs": () => describedTable(restoreOutputs),
  unrestorable: unrestorableList,
};

/** @param {string} text */
function filled(text) {
  return Object.entries(sections).reduce((result, [name, make]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    return result.replace(block, (_match, start, end) => `${start}\n${make()}\n\n${end}`);
  }, text);
}

const isCheck = process.argv.includes("--check");
for (const name of ["README.md", "docs/reference.md", "docs/restore.md"]) {
  const file = join(root, name);
  const text = readFileSync(file, "utf8");
  const fresh = filled(text);
  if (fresh === text) continue;
  if (isCheck) {
    console.error(`${name} is out of date: run "npm run docs"`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, fresh);
    console.log(`wrote ${name}`);
  }
}
