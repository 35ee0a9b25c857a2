import type { Clock } from "../model/clock";
import type { Scope } from "../model/scope";

/** Short texts that a resource keeps with its request, such as the requested name. */
export type Labels = Readonly<Record<string, string>>;

/** A create request whose outcome is not stored yet. Plain data without secrets. */
export interface CreateRequest {
  /** Time at which the request was sent, by the platform's clock as far as known; ISO-8601 UTC. */
  readonly requestedAt: string;
  /** Time at which it ended, with or without an answer, by the same clock; left out if its end was not observed. */
  readonly endedAt?: string;
  /** Keys of the items listed before the request. */
  readonly known: readonly string[];
  /** Whether that list certainly named every item. */
  readonly knownComplete: boolean;
  readonly labels?: Labels;
  /** The platform's answer, if it did not name the new item. */
  readonly answer?: { readonly serverTimeMs?: number; readonly hints?: Labels };
}

/** An item created by a request: its resource id, and its key among the items of all targets. */
export interface Made {
  readonly id: string;
  readonly snapshotKey: string;
  /** True if the item was identified by inference, not by an answer that named it. */
  readonly isInferred?: true;
}

/** A journal entry: a request about to be sent, kept on this machine until its result is known to be in the state. */
export interface JournalEntry {
  /** URN of the resource that sends the request. */
  readonly urn: string;
  /** Random id of the resource, as stored in its state; missing in entries of version 0.1. */
  readonly ownerId?: string;
  /** Request fingerprint, so that a request for something else is not mistaken for this one. */
  readonly requestHash: string;
  readonly request: CreateRequest;
  /** The item that it created, once known. */
  readonly made?: Made;
}

/** Storage of journal entries. */
export interface Journal {
  /**
   * Finds the entry of a resource: that of the owner id in its state, or without one the latest entry of its URN that a
   * program in this folder recorded.
   */
  find(urn: string, ownerId?: string): Promise<JournalEntry | undefined>;
  /** Returns the entries of all other resources, including those with the same URN and another owner. */
  others(urn: string, ownerId?: string): Promise<readonly JournalEntry[]>;
  note(entry: JournalEntry): Promise<void>;
  /** Removes the entry of a resource. */
  settle(urn: string, ownerId?: string): Promise<void>;
  /** Removes the entries of a URN whose result is now in the state. */
  confirm(urn: string, isHeld: (made: Made) => boolean): Promise<void>;
}

/** Items of a target, as listed by one answer (all its pages). */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** False if the answer can also mean something other than "there are no others". */
  readonly complete: boolean;
  /** Lead of the platform's clock over this machine's, in milliseconds; 0 if the platform shows no time. */
  readonly aheadMs: number;
}

/** Content of the answer to a create request. */
export interface Sent<Item> {
  /** The new item, if the answer names it. */
  readonly item?: Item;
  /** The new item as known from the answer alone, used while it is not yet visible in the list. */
  readonly unlisted?: Item;
  readonly serverTimeMs?: number;
  readonly hints?: Labels;
}

/** Outcome of looking for one item. */
export type Sighting<Item> =
  | { readonly outcome: "found"; readonly item: Item }
  | { readonly outcome: "gone"; readonly reason: string }
  | { readonly outcome: "unproven"; readonly reason: string };

/** The new item that a request created, as far as the items' data shows. */
export type Match<Item> =
  | { readonly outcome: "one"; readonly item: Item; readonly others: readonly Item[] }
  | { readonly outcome: "none" }
  | { readonly outcome: "several"; readonly candidates: readonly Item[] };

/** Result of verifying an item that the platform calls ready. */
export interface Proof<Item> {
  /** The item after the check: ready, failed, or waiting if nothing was proven. */
  readonly item: Item;
  /** Reason why it does not count as ready, a clause; left out if it does. */
  readonly doubt?: string;
}

/** Properties of an item that a creation needs. */
export interface Described {
  /** Its key within its target. */
  readonly key: string;
  /** Id of the resource that manages it. */
  readonly id: string;
  /** Its key among the items of all targets. */
  readonly uniqueKey: string;
  /** Its id and time, for messages. */
  readonly words: string;
  /** The platform's word for its status, for messages. */
  readonly status: string;
  /** `ended` covers failures and every other end that is not a documented success. */
  readonly progress: "waiting" | "ready" | "failed" | "ended";
  /** Time of creation, in milliseconds since 1970, if the platform's answer has one that can be trusted. */
  readonly timeMs?: number;
  /** Whether the platform's own data shows that this resource's owner id created it. */
  readonly bearsOwner: boolean;
}

/** Everything that differs between kinds of creates. */
export interface Creation<Item> {
  readonly urn: string | undefined;
  /** Random id of the resource: proves, on the platform or in the journal, that an item belongs to this resource. */
  readonly ownerId: string;
  /** Whether the owner id was in the state before this run. */
  readonly isOwnerStored: boolean;
  /** Whether the resource is already in the state: then its item needs no recovery from the journal. */
  readonly isStored: boolean;
  readonly requestHash: string;
  readonly labels?: Labels;
  /** Noun for what is created, for messages: `snapshot`. */
  readonly noun: string;
  /** Platform and target, for messages: `[discloud] app 123`. */
  readonly title: string;
  /** List lag: longest time from the end of a request until the list shows what it created, in milliseconds. */
  readonly listLagMs: number;
  /** How long the platform may still execute a request whose end was not observed, in milliseconds. */
  readonly answerMs: number;
  /** Longest time from the request to the time of its result, in milliseconds; a later item is not its result. */
  readonly workMs: number;
  /** How long the create may take after its request has left our own queue, in milliseconds. */
  readonly timeoutMs: number;
  /** Greatest age of a request that a run resumes if its state lacks the request's owner id, in milliseconds. */
  readonly recoverWithinMs: number;
  /**
   * Policy for several candidates or an unknown outcome: `refuse` (the user chooses) or `nearest` (any of them will do,
   * and no doubt may stop the next request).
   */
  readonly ambiguity: "refuse" | "nearest";
  /** If no list can prove what a request did: the clause to report about a request that no run resumes. */
  readonly unprovable?: string;
  /** Returns what to do about an item that failed, or ended without a documented success: a sentence. */
  advice(progress: "failed" | "ended"): string;
  /** Returns what the user can do with an existing item, for messages: `pass adopt: "…" to manage it`. */
  remedy(item: Item): string;
  list(scope: Scope): Promise<Listing<Item>>;
  /** Sends the one create request. */
  send(scope: Scope): Promise<Sent<Item>>;
  observe(item: Item, scope: Scope): Promise<Sighting<Item>>;
  /** Verifies an item that the platform calls ready; never throws. Left out if the platform's word is enough. */
  prove?(item: Item, scope: Scope): Promise<Proof<Item>>;
  /** Whether the list would show an item under the same kind of id: if not, its absence proves nothing. */
  isComparable(item: Item, listed: readonly Item[]): boolean;
  /** Whether an item's name allows it to be the result of the request. */
  fits(request: CreateRequest, item: Item): boolean;
  match(request: CreateRequest, fresh: readonly Item[]): Match<Item>;
  describe(item: Item): Described;
  /** Rebuilds the item of a journal entry from its ids; undefined if they do not name one. */
  recall(made: Made): Item | undefined;
  /** Whether a journal entry's request or its result is already in the state. */
  isHeld(entry: JournalEntry): boolean;
  /** Whether another resource of this process manages an item. */
  isHeldByOther(uniqueKey: string): boolean;
  /** Called once it is known which item belongs to this resource. */
  recordTaken(uniqueKey: string): void;
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

/** Outcome of a create. */
export type Outcome<Item> =
  | { readonly outcome: "ready"; readonly item: Item; readonly request: CreateRequest; readonly isInferred: boolean }
  /** The item is known but not ready, or ended without success; `reason` is for the user. */
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
