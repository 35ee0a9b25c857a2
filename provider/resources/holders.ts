import type { HolderRegistry } from "./host";

/** Keys by URN, and URNs by key. */
class Relation {
  private readonly keysByUrn = new Map<string, readonly string[]>();
  private readonly urnsByKey = new Map<string, readonly string[]>();

  set(urn: string, keys: readonly string[]): void {
    for (const key of this.keysByUrn.get(urn) ?? []) this.remove(urn, key);
    this.keysByUrn.set(urn, keys);
    // Hardly any key has two.
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
 * Which resources manage which snapshots: what this process has compared, taken or adopted, and what the machine's
 * registry holds of resources that it has not compared.
 */
export class Holders {
  private readonly inState = new Relation();
  private readonly taken = new Relation();
  private readonly released = new Relation();
  /** The deletions of snapshots that another resource still manages, by key. */
  private readonly withheld = new Map<string, () => Promise<void>>();

  constructor(private readonly registry: HolderRegistry) {}

  /** Notes what a resource manages in the state, in place of what was noted of it before. */
  hold(urn: string, keys: readonly string[]): void {
    this.inState.set(urn, keys);
  }

  /** Notes what a resource has taken or adopted in this process. */
  take(urn: string, key: string): void {
    this.taken.set(urn, [key]);
  }

  /** Whether a resource has taken or adopted a snapshot in this process. */
  hasTaken(urn: string, key: string): boolean {
    return this.taken.has(urn, key);
  }

  /** A resource other than `urn` that has taken or adopted a snapshot in this process. */
  takerOf(urn: string | undefined, key: string): string | undefined {
    return this.taken.otherThan(urn, key);
  }

  /** A resource other than `urn` that manages a snapshot, as far as this process has seen. */
  otherThan(urn: string | undefined, key: string): string | undefined {
    return this.inState.otherThan(urn, key) ?? this.taken.otherThan(urn, key);
  }

  /** Finds a resource other than `urn` that manages a snapshot, in this process or in the machine's registry. */
  async lookup(urn: string | undefined): Promise<(key: string) => string | undefined> {
    const noted = await this.registry.others(urn);
    return (key) => this.otherThan(urn, key) ?? noted.get(key)?.find((other) => !this.released.has(other, key));
  }

  /**
   * Deletes a snapshot unless another resource manages it, whose URN it then resolves to. The deletion is kept until that
   * one leaves the state in this process, too: a destroy of both leaves nothing behind.
   */
  async deleteUnlessHeld(
    urn: string | undefined,
    key: string,
    deletion: () => Promise<void>,
  ): Promise<string | undefined> {
    const holder = (await this.lookup(urn))(key);
    // Nothing is waited for between the look and this: whoever is released meanwhile finds the deletion.
    if (holder === undefined) await deletion();
    else this.withheld.set(key, deletion);
    return holder;
  }

  /** Notes that a resource leaves the state with a snapshot, or that its replacement manages another one. */
  release(urn: string, key: string): void {
    this.inState.remove(urn, key);
    this.released.set(urn, [key]);
  }

  /** Carries out the deletion that was withheld for a released resource, unless yet another one manages the snapshot. */
  async deleteWithheld(urn: string, key: string): Promise<boolean> {
    if (!this.withheld.has(key)) return false;
    const holder = (await this.lookup(urn))(key);
    const deletion = this.withheld.get(key);
    if (holder !== undefined || deletion === undefined) return false;
    this.withheld.delete(key);
    await deletion();
    return true;
  }

  /** Notes in the machine's registry what a resource has adopted. */
  noteAdopted(urn: string, keys: readonly string[]): Promise<void> {
    return this.registry.note(urn, keys);
  }

  /** Takes out of the machine's registry what a resource had adopted. */
  dropAdopted(urn: string, keys: readonly string[]): Promise<void> {
    return this.registry.drop(urn, keys);
  }
}
