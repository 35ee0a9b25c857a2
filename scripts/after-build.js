// Finishes a build after tsc: removes files whose source no longer exists, makes the command executable, and links the
// package into its own node_modules, so that the examples import it by its published name.
const { chmodSync, existsSync, readdirSync, rmSync, symlinkSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const dist = join(root, "dist");
for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const source = join(root, file.replace(/(\.d\.ts|\.js)$/, ".ts"));
  const folder = join(root, file);
  if (!existsSync(source) && !existsSync(folder)) rmSync(join(dist, file), { recursive: true, force: true });
}
chmodSync(join(dist, "sdk/cli/index.js"), 0o755);
const link = join(root, "node_modules/pulumi-snapshots");
rmSync(link, { force: true });
symlinkSync("..", link, "dir");
