// Prints a Stack of the Pulumi Kubernetes Operator for each shard: node stacks.js 20 | kubectl apply -f -
// Fields: https://github.com/pulumi/pulumi-kubernetes-operator/blob/master/docs/stacks.md

/** Environment variables of the runs, with the Secret and key of each. */
const SECRETS = {
  PULUMI_ACCESS_TOKEN: ["pulumi", "accessToken"],
  DISCLOUD_TOKEN: ["discloud", "token"],
  VIRTUS_API_KEY: ["virtus", "apiKey"],
  DSCLOUD_API_KEY: ["dscloud", "apiKey"],
  SNAPSHOOTER_TOKEN: ["snapshooter", "token"],
  SCP_ACCESS_KEY: ["scp", "accessKey"],
  SCP_SECRET_KEY: ["scp", "secretKey"],
};

/**
 * The manifest of one shard's stack.
 *
 * @param {number} shard
 * @param {number} shards
 */
function stackOf(shard, shards) {
  const secrets = Object.entries(SECRETS).map(([variable, [name, key]]) => [
    variable,
    { type: "Secret", secret: { name, key } },
  ]);
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: { name: `fleet-${shard}`, namespace: "pulumi-backups" },
    spec: {
      serviceAccountName: "pulumi-backups",
      stack: `acme/fleet/shard-${shard}`,
      projectRepo: "https://github.com/acme/infrastructure.git",
      branch: "main",
      repoDir: "fleet",
      config: { "fleet:shard": String(shard), "fleet:shards": String(shards) },
      // Without it only a new commit runs the stack again.
      continueResyncOnCommitMatch: true,
      resyncFrequencySeconds: 900,
      // The default, a day, is longer than most schedules.
      retryMaxBackoffDurationSeconds: 3600,
      envRefs: {
        ...Object.fromEntries(secrets),
        SCP_REGION: { type: "Literal", literal: { value: "kr-west1" } },
        // A target that fails does not affect the others.
        PULUMI_CONTINUE_ON_ERROR: { type: "Literal", literal: { value: "true" } },
      },
    },
  };
}

/**
 * The manifests of all shards, as kubectl reads them.
 *
 * @param {number} shards
 */
function manifestsOf(shards) {
  return {
    apiVersion: "v1",
    kind: "List",
    items: Array.from({ length: shards }, (_, shard) => stackOf(shard, shards)),
  };
}

if (require.main === module) {
  const shards = Number(process.argv[2]);
  if (!Number.isInteger(shards) || shards < 1) {
    console.error("usage: node stacks.js <number of shards>");
    process.exitCode = 2;
  } else {
    console.log(JSON.stringify(manifestsOf(shards), undefined, 2));
  }
}

module.exports = { manifestsOf };
