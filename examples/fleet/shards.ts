import type { Target } from "./targets";

/**
 * Returns the number of the stack that manages a target, from 0. It depends only on the name and the number of stacks,
 * so that a new line in the list moves no other target.
 */
export function shardOf(name: string, shards: number): number {
  // FNV-1a: the same on every machine, and even enough for a few hundred names.
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name, "utf8")) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % shards;
}

/** Identity of a target, without its name and tier: two lines that share it would back up the same thing twice. */
function identityOf({ name: _name, tier: _tier, ...target }: Target): string {
  return Object.values(target).sort().join(" ");
}

function refuseTwins(targets: readonly Target[], keyOf: (target: Target) => string, what: string): void {
  const names = new Map<string, string>();
  for (const target of targets) {
    const twin = names.get(keyOf(target));
    if (twin !== undefined) throw new Error(`"${twin}" and "${target.name}" have the same ${what}`);
    names.set(keyOf(target), target.name);
  }
}

/** The targets of one stack. Throws when two lines of the whole list have the same name or target. */
export function targetsOf(targets: readonly Target[], shard: number, shards: number): Target[] {
  if (!Number.isInteger(shards) || shards < 1) throw new Error(`shards: ${shards} is not a whole number above 0`);
  if (!Number.isInteger(shard) || shard < 0 || shard >= shards) {
    throw new Error(`shard: ${shard} is not a whole number from 0 to ${shards - 1}`);
  }
  refuseTwins(targets, ({ name }) => name, "name");
  refuseTwins(targets, identityOf, "target");
  return targets.filter(({ name }) => shardOf(name, shards) === shard);
}
