import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy } from "pulumi-snapshots";
import { policyOf } from "./policies";
import { targetsOf } from "./shards";
import { targets } from "./targets";

const config = new pulumi.Config();
const mine = targetsOf(targets, config.requireNumber("shard"), config.requireNumber("shards"));

const policies = mine.map((target) => new BackupPolicy(target.name, policyOf(target)));

/** Names of the targets that this stack manages. */
export const names = mine.map(({ name }) => name);
/** Names of the targets without a recent enough backup. */
export const stale = pulumi
  .all(policies.map(({ fresh }) => fresh))
  .apply((all) => names.filter((_name, index) => all[index] === false));
