// What tsc leaves to be done: the command is made executable, and the package is linked into its own node_modules, so
// that the examples import it by its published name.
const { chmodSync, rmSync, symlinkSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
chmodSync(join(root, "dist/sdk/cli/index.js"), 0o755);
const link = join(root, "node_modules/pulumi-snapshots");
rmSync(link, { force: true });
symlinkSync("..", link, "dir");
