import type { HolderRegistry } from "./host";

/** Keys by URN, and URNs by key. */
class Relation {
  private readonly keysByUrn = new Map<string, readonly string[]>();
  private readonly urnsByKey = new Map<string, readonly string[]>();

  set(urn: string, keys: readonly string[]): void {
    for (const key of this.keysByUrn.get(urn) ?? []) this.remove(urn, key);
    this.keysByUrn.set(urn, keys);
    // Shared by all keys, since hardly any key has two URNs.
    const alone = [urn];
    for (const key of keys) {
      const urns = this.urnsByKey.get(key);
      if (urns === undefined) this.urnsByKey.set(key, alone);
      else if (!urns.includes(urn)) this.urnsByKey.set(key, [...urns, urn]);
    }
  }

  remove(urn: string, key: string): void {
    const others = this.urnsByKey.get(key)?.filter((other) => other !== urn) ?? [];
    if (others.length === 0) this.urnsByKey.delete(key);
    else this.urnsByKey.set(key, others);
  }

  has(urn: string, key: string): boolean {
    return this.urnsByKey.get(key)?.includes(urn) === true;
  }

  otherThan(urn: string | undefined, key: string): string | undefined {
    return this.urnsByKey.get(key)?.find((other) => other !== urn);
  }
}

/**
 * Tracks which resource manages which snapshot: by what this process has compared, taken or adopted, and by the
 * machine's registry for resources that this process has not compared.
 */
export class Holders {
  private readonly inState = new Relation();
  private readonly taken = new Relation();
  private readonly released = new Relation();
  /** Deletions of snapshots that another resource still manages, by key. */
  private readonly withheld = new Map<string, () => Promise<void>>();

  constructor(private readonly registry: HolderRegistry) {}

  /** Records what a resource manages in the state; replaces any earlier record. */
  hold(urn: string, keys: readonly string[]): void {
    this.inState.set(urn, keys);
  }

  /** Records that a resource has taken or adopted a snapshot in this process. */
  take(urn: string, key: string): void {
    this.taken.set(urn, [key]);
  }

  /** Whether a resource has taken or adopted a snapshot in this process. */
  hasTaken(urn: string, key: string): boolean {
    return this.taken.has(urn, key);
  }

  /** Returns a resource other than `urn` that has taken or adopted a snapshot in this process. */
  takerOf(urn: string | undefined, key: string): string | undefined {
    return this.taken.otherThan(urn, key);
  }

  /** Returns a resource other than `urn` that manages a snapshot, as far as this process knows. */
  otherThan(urn: string | undefined, key: string): string | undefined {
    return this.inState.otherThan(urn, key) ?? this.taken.otherThan(urn, key);
  }

  /** Returns a lookup of the resource other than `urn` that manages a snapshot, in this process or in the registry. */
  async lookup(urn: string | undefined): Promise<(key: string) => string | undefined> {
    const noted = await this.registry.others(urn);
    return (key) => this.otherThan(urn, key) ?? noted.get(key)?.find((other) => !this.released.has(other, key));
  }

  /**
   * Deletes a snapshot unless another resource manages it; resolves to the URN of that resource. The deletion is kept
   * in case that resource leaves the state in this process, too, so that a destroy of both leaves nothing behind.
   */
  async deleteUnlessHeld(
    urn: string | undefined,
    key: string,
    deletion: () => Promise<void>,
  ): Promise<string | undefined> {
    const holder = (await this.lookup(urn))(key);
    // No await after the lookup: a resource released from here on finds the withheld deletion.
    if (holder === undefined) await deletion();
    else this.withheld.set(key, deletion);
    return holder;
  }

  /** Records that a resource no longer manages a snapshot: it leaves the state, or its replacement manages another. */
  release(urn: string, key: string): void {
    this.inState.remove(urn, key);
    this.released.set(urn, [key]);
  }

  /** Runs the deletion withheld for a released resource, unless yet another resource manages the snapshot. */
  async deleteWithheld(urn: string, key: string): Promise<boolean> {
    if (!this.withheld.has(key)) return false;
    const holder = (await this.lookup(urn))(key);
    const deletion = this.withheld.get(key);
    if (holder !== undefined || deletion === undefined) return false;
    this.withheld.delete(key);
    await deletion();
    return true;
  }

  /** Records in the machine's registry what a resource has adopted. */
  noteAdopted(urn: string, keys: readonly string[]): Promise<void> {
    return this.registry.note(urn, keys);
  }

  /** Removes from the machine's registry what a resource had adopted. */
  dropAdopted(urn: string, keys: readonly string[]): Promise<void> {
    return this.registry.drop(urn, keys);
  }
}
