import type { Clock } from "../model/clock";
import type { Scope } from "../model/scope";

/** Short texts that a resource keeps with its request, such as the name that it asked for. */
export type Labels = Readonly<Record<string, string>>;

/** What is known of a create request whose outcome is not stored yet. Plain data without secrets. */
export interface CreateRequest {
  /** When the request was sent, by the platform's clock as far as known; ISO-8601 UTC. */
  readonly requestedAt: string;
  /** When it ended, with whatever answer or with none, by the same clock; left out where that was not observed. */
  readonly endedAt?: string;
  /** The keys of the items that the list held before the request. */
  readonly known: readonly string[];
  /** Whether that list certainly named every item. */
  readonly knownComplete: boolean;
  readonly labels?: Labels;
  /** What the platform answered, where its answer did not name the new item. */
  readonly answer?: { readonly serverTimeMs?: number; readonly hints?: Labels };
}

/** What a request created: its resource id, and its key among the items of all targets. */
export interface Made {
  readonly id: string;
  readonly snapshotKey: string;
  /** True where the item was identified by inference, not by an answer that named it. */
  readonly isInferred?: true;
}

/** A journal entry: a request that is about to be sent, kept on this machine until the state is known to hold it. */
export interface JournalEntry {
  /** The resource that asks. */
  readonly urn: string;
  /** Random id of the resource, as its state keeps it; left out in entries of version 0.1. */
  readonly ownerId?: string;
  /** Fingerprint of what is asked for, so that a request for something else is not mistaken for it. */
  readonly requestHash: string;
  readonly request: CreateRequest;
  /** What it created, from when that is known. */
  readonly made?: Made;
}

/** Where journal entries are kept. */
export interface Journal {
  /**
   * The entry of a resource. With the owner id of its state, that owner's; without one, the latest of its URN that a
   * program in this folder has noted.
   */
  find(urn: string, ownerId?: string): Promise<JournalEntry | undefined>;
  /** The entries of all other resources, those of the same URN and another owner included. */
  others(urn: string, ownerId?: string): Promise<readonly JournalEntry[]>;
  note(entry: JournalEntry): Promise<void>;
  /** Removes the entry of a resource. */
  settle(urn: string, ownerId?: string): Promise<void>;
  /** Removes the entries of a URN whose result the state now holds. */
  confirm(urn: string, isHeld: (made: Made) => boolean): Promise<void>;
}

/** The items of a target, as one answer (all its pages) shows them. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** False where the answer can also mean something else than "there are no others". */
  readonly complete: boolean;
  /** How far the platform's clock is ahead of this machine's, in milliseconds; 0 where the platform shows no time. */
  readonly aheadMs: number;
}

/** What the answer to a create request says. */
export interface Sent<Item> {
  /** The new item, where the answer names it. */
  readonly item?: Item;
  /** What the answer alone says of the new item, for a list that does not show it yet. */
  readonly unlisted?: Item;
  readonly serverTimeMs?: number;
  readonly hints?: Labels;
}

/** What looking for one item has shown. */
export type Sighting<Item> =
  | { readonly outcome: "found"; readonly item: Item }
  | { readonly outcome: "gone"; readonly reason: string }
  | { readonly outcome: "unproven"; readonly reason: string };

/** Which of the new items a request created, as far as their data can tell. */
export type Match<Item> =
  | { readonly outcome: "one"; readonly item: Item; readonly others: readonly Item[] }
  | { readonly outcome: "none" }
  | { readonly outcome: "several"; readonly candidates: readonly Item[] };

/** What a check of an item that the platform calls ready has come to. */
export interface Proof<Item> {
  /** The item as the check leaves it: ready, failed, or waiting where nothing was proven. */
  readonly item: Item;
  /** Why it does not count as ready, a clause; left out where it does. */
  readonly doubt?: string;
}

/** An item as this room sees it. */
export interface Described {
  /** Its key within its target. */
  readonly key: string;
  /** The resource id of the resource that manages it. */
  readonly id: string;
  /** Its key among the items of all targets. */
  readonly uniqueKey: string;
  /** Its id and time, for messages. */
  readonly words: string;
  /** The platform's word for its status, for messages. */
  readonly status: string;
  /** `ended` covers failures and every other end that is not a documented success. */
  readonly progress: "waiting" | "ready" | "failed" | "ended";
  /** When it was created, where the platform's answer gives an instant that can be trusted. */
  readonly timeMs?: number;
  /** Whether the platform's own data shows that this resource's owner id created it. */
  readonly bearsOwner: boolean;
}

/** Everything that differs from one kind of create to another. */
export interface Creation<Item> {
  readonly urn: string | undefined;
  /** Random id of the resource: it proves on the platform or in the journal that an item is this resource's. */
  readonly ownerId: string;
  /** Whether the state already held the owner id before this run. */
  readonly isOwnerStored: boolean;
  /** Whether the state already holds the resource: then what is created needs no recovery from the journal. */
  readonly isStored: boolean;
  readonly requestHash: string;
  readonly labels?: Labels;
  /** What is created, for messages: `snapshot`. */
  readonly noun: string;
  /** Platform and target, for messages: `[discloud] app 123`. */
  readonly title: string;
  /** For how long after the end of a request the list may not show what it created. */
  readonly listLagMs: number;
  /** For how long after a request the platform may still carry it out, where its end was not observed. */
  readonly answerMs: number;
  /** An item with a time later than this after the request is not the result of it. */
  readonly workMs: number;
  /** How long the create may take after its request has left our own queue. */
  readonly timeoutMs: number;
  /** How old a request may be for the journal to resume it in a run whose state does not know the owner id. */
  readonly recoverWithinMs: number;
  /**
   * What several candidates, or doubts about the outcome, mean: `refuse` (the user chooses) or `nearest` (any of them
   * serves, and no doubt may stop the next request).
   */
  readonly ambiguity: "refuse" | "nearest";
  /** Where no list proves what a request has done: what to say of one that no run resumes, a clause. */
  readonly unprovable?: string;
  /** What the user does about an item that has failed, or has ended without a documented success: a sentence. */
  advice(progress: "failed" | "ended"): string;
  /** What the user can do with an existing item, for messages: `pass adopt: "…" to manage it`. */
  remedy(item: Item): string;
  list(scope: Scope): Promise<Listing<Item>>;
  /** Sends the one request that creates. */
  send(scope: Scope): Promise<Sent<Item>>;
  observe(item: Item, scope: Scope): Promise<Sighting<Item>>;
  /** Checks an item that the platform calls ready; never throws. Left out where the platform's word is enough. */
  prove?(item: Item, scope: Scope): Promise<Proof<Item>>;
  /** Whether the list would show an item under the same kind of id: else its absence from the list tells nothing. */
  isComparable(item: Item, listed: readonly Item[]): boolean;
  /** Whether an item can be the result of the request at all, as far as its name tells. */
  fits(request: CreateRequest, item: Item): boolean;
  match(request: CreateRequest, fresh: readonly Item[]): Match<Item>;
  describe(item: Item): Described;
  /** The item of a journal entry, as far as its ids tell; undefined where they do not name one. */
  recall(made: Made): Item | undefined;
  /** Whether the state already holds what a journal entry is about. */
  isHeld(entry: JournalEntry): boolean;
  /** Whether another resource of this process manages an item. */
  isHeldByOther(uniqueKey: string): boolean;
  /** Called once it is known which item this resource has. */
  noteTaken(uniqueKey: string): void;
}

/** One run of a creation. */
export interface Run<Item> {
  readonly what: Creation<Item>;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly scope: Scope;
  /** Shows a warning on the resource's row. */
  warn(message: string): Promise<void>;
}

/** How a create ended. */
export type Outcome<Item> =
  | { readonly outcome: "ready"; readonly item: Item; readonly request: CreateRequest; readonly isInferred: boolean }
  /** The item is known and is not ready, or has ended without success; `reason` is for the user. */
  | {
      readonly outcome: "unfinished";
      readonly item: Item;
      readonly request: CreateRequest;
      readonly isInferred: boolean;
      readonly reason: string;
      readonly cause?: unknown;
    }
  /** Whether anything was created, or which item, is not known; `reason` is for the user. */
  | { readonly outcome: "unknown"; readonly request: CreateRequest; readonly reason: string; readonly cause?: unknown };
