import type { Listing } from "./types";

/** A platform's items of one target, with the lists that show them, which may lag behind. */
export interface Shelf<Item> {
  /** Items that exist, oldest first, whether or not they are visible in a list yet. */
  present(): Item[];
  /** Items that a list shows, oldest first: `present` as of the lag's or the hold's time. */
  listed(listing: Listing): Item[];
  /** All items that ever existed, oldest first. */
  ever(): Item[];
  add(item: Item): void;
  /** Adds an item from before the emulator started: no lag hides it. */
  seed(item: Item): void;
  remove(item: Item): void;
  /** Keeps new entries and removals out of the lists until `release`. */
  hold(): void;
  release(): void;
  /** Lag of all lists, in milliseconds. Default 0. */
  lagMs: number;
}

/** Creates an empty shelf on the platform's clock. */
export function createShelf<Item>(now: () => number): Shelf<Item> {
  type Change = { at: number; sequence: number };
  const entries: { item: Item; made: Change; gone: Change | undefined }[] = [];
  let sequence = 0;
  let held: number | undefined;
  const change = (at: number): Change => {
    sequence += 1;
    return { at, sequence };
  };

  const shelf: Shelf<Item> = {
    lagMs: 0,
    present: () => entries.filter((entry) => !entry.gone).map((entry) => entry.item),
    listed({ lagMs }) {
      const lag = Math.max(lagMs, shelf.lagMs);
      const known = ({ at, sequence: number }: Change) =>
        (held === undefined || number <= held) && (lag === 0 || at + lag <= now());
      return entries.filter(({ made, gone }) => known(made) && !(gone && known(gone))).map((entry) => entry.item);
    },
    ever: () => entries.map((entry) => entry.item),
    add(item) {
      entries.push({ item, made: change(now()), gone: undefined });
    },
    seed(item) {
      entries.push({ item, made: change(Number.NEGATIVE_INFINITY), gone: undefined });
    },
    remove(item) {
      const entry = entries.find((candidate) => candidate.item === item && !candidate.gone);
      if (entry) entry.gone = change(now());
    },
    hold() {
      held = sequence;
    },
    release() {
      held = undefined;
    },
  };
  return shelf;
}

/** Returns one page of a list and the number of entries that the list states; `page` counts from 0. */
export function pageOf<Item>(
  items: readonly Item[],
  { page, size, listing }: { page: number; size: number; listing: Listing },
): { shown: Item[]; total: number } {
  const { withheld, isShifted, pageSize } = listing;
  const width = Math.min(size, pageSize);
  const gone = isShifted && page > 0 ? 1 : 0;
  const left = withheld === "first" ? items.slice(1) : withheld === "last" ? items.slice(0, -1) : items;
  const start = page === 0 ? 0 : page * width + gone;
  return { shown: left.slice(start, start + width), total: items.length - gone };
}

/** Returns the platform's own order, or one that is neither it nor its reverse (with three entries or more). */
export function arrange<Item>(items: readonly Item[], { shuffled }: Listing): Item[] {
  return shuffled ? [...items.slice(1), ...items.slice(0, 1)] : [...items];
}
