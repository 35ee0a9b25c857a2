const { availableParallelism } = require("node:os");

const common = {
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.demo/"],
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
};

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: [
        "/node_modules/",
        "<rootDir>/test/engine/",
        "<rootDir>/test/matrix/",
        "\\.engine\\.test\\.ts$",
        "\\.browser\\.test\\.ts$",
      ],
    },
    {
      ...common,
      displayName: "browser",
      testMatch: ["<rootDir>/test/**/*.browser.test.ts"],
    },
    {
      ...common,
      displayName: "matrix",
      testMatch: ["<rootDir>/test/matrix/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/test/engine/**/*.test.ts", "<rootDir>/test/**/*.engine.test.ts"],
      globalSetup: "<rootDir>/test/pulumi-cli/global-setup.js",
      globalTeardown: "<rootDir>/test/pulumi-cli/global-teardown.js",
    },
  ],
  // Tests sometimes wait, for a retry or for a process: one worker more than there are cores keeps these busy.
  maxWorkers: availableParallelism() + 1,
  testTimeout: 30_000,
};
