import { instantOf } from "../model/clock";
import { candidatesOf, findResult, inWords, lagEndMs } from "./search";
import type { CreateRequest, JournalEntry, Made, Outcome, Run } from "./types";
import { settle, waitUntilReady } from "./wait";

/** Finds what a request created whose result is not in the state yet; undefined if it certainly created nothing. */
export async function resumeRequest<Item>(run: Run<Item>, stored: CreateRequest): Promise<Outcome<Item> | undefined> {
  const { urn, ownerId, describe } = run.what;
  // A run that resumed this request may have sent another one since, and been stopped.
  const entry = urn === undefined ? undefined : await run.journal.find(urn, ownerId);
  const isLater = entry !== undefined && entry.request.requestedAt > stored.requestedAt;
  if (isLater && entry.made !== undefined) return resumeMade(run, entry, entry.made);
  const request = isLater ? entry.request : stored;
  const search = await findResult(run, request);
  if (search.outcome === "none") return undefined;
  if (search.outcome === "undecided") return { ...search, outcome: "unknown", request };
  return waitUntilReady(run, { item: search.item, request, isInferred: !describe(search.item).bearsOwner });
}

/** Resumes a request that an earlier run on this machine sent but did not finish; undefined if there is none. */
export async function resumeFromJournal<Item>(run: Run<Item>): Promise<Outcome<Item> | undefined> {
  const { what, journal } = run;
  if (what.urn === undefined) return undefined;
  const entry = await journal.find(what.urn, what.isOwnerStored ? what.ownerId : undefined);
  if (entry === undefined) return undefined;
  const outcome = what.isHeld(entry) ? undefined : await resumeEntry(run, entry);
  if (outcome === undefined) await settleEntry(run, entry);
  return outcome;
}

function settleEntry(run: Run<unknown>, { ownerId }: JournalEntry): Promise<void> {
  const { ownerId: _own, ...what } = run.what;
  return settle({ ...run, what: ownerId === undefined ? { ...what, ownerId: "" } : { ...what, ownerId } });
}

async function resumeEntry<Item>(run: Run<Item>, entry: JournalEntry): Promise<Outcome<Item> | undefined> {
  const { what, clock, journal } = run;
  const isOwn = what.isOwnerStored && entry.ownerId === what.ownerId;
  const { aheadMs } = await what.list(run.scope);
  const ageMs = clock.now() + aheadMs - (instantOf(entry.request.requestedAt) ?? 0);
  if (entry.requestHash !== what.requestHash || (!isOwn && ageMs > what.recoverWithinMs)) {
    await reportAbandoned(run, entry);
    return undefined;
  }
  if (entry.ownerId !== what.ownerId) {
    // The request now belongs to this resource: it is recorded under its owner id before the other entry is removed.
    await journal.note({ ...entry, ownerId: what.ownerId });
    await settleEntry(run, entry);
  }
  if (entry.made !== undefined) return resumeMade(run, entry, entry.made);
  const search = await findResult(run, entry.request);
  if (search.outcome === "none") return undefined;
  if (search.outcome === "undecided") return { ...search, outcome: "unknown", request: entry.request };
  const isInferred = !(isOwn && what.describe(search.item).bearsOwner);
  return waitUntilReady(run, { item: search.item, request: entry.request, isInferred });
}

/** Warns about what a request that this run does not resume may have created. */
export async function reportAbandoned<Item>(run: Run<Item>, { request, made }: JournalEntry): Promise<void> {
  const { noun, remedy, recall, unprovable } = run.what;
  const report = (what: string): Promise<void> =>
    run.warn(`an earlier run was stopped after it had requested a ${noun} at ${request.requestedAt}; ${what}`);
  if (unprovable !== undefined) return report(unprovable);
  const known = made === undefined ? undefined : recall(made);
  const listed = known === undefined ? await candidatesOf(run, request).catch(() => undefined) : [known];
  const [first] = listed ?? [];
  const what =
    listed === undefined
      ? `if it created a ${noun}, that exists and is not in any stack`
      : first === undefined
        ? "the list shows nothing that it created"
        : `it may have created ${inWords(run, listed)}, which is not in any stack: ${remedy(first)}`;
  await report(what);
}

/** Recovers an item that an earlier run on this machine created but never stored in a state: its engine was killed. */
async function resumeMade<Item>(
  run: Run<Item>,
  { request, ownerId }: JournalEntry,
  made: Made,
): Promise<Outcome<Item> | undefined> {
  const { what } = run;
  const item = await findMade(run, request, made);
  const name = item === undefined ? `"${made.id}"` : inWords(run, [item]);
  await run.warn(
    `an earlier run created ${what.noun} ${name} and was stopped before its state was stored: ` +
      (item === undefined
        ? "it no longer exists, and another one is requested"
        : "it is recovered, and no second one is requested"),
  );
  if (item === undefined) return undefined;
  const isOwn = what.isOwnerStored && ownerId === what.ownerId && made.isInferred !== true;
  return waitUntilReady(run, { item, request, isInferred: !isOwn });
}

/** Returns a created item as the platform shows it now, or as the journal knows it while the list may lag. */
async function findMade<Item>(run: Run<Item>, request: CreateRequest, made: Made): Promise<Item | undefined> {
  const { what, scope, clock } = run;
  const list = await what.list(scope);
  const listed = list.items.find((item) => what.describe(item).uniqueKey === made.snapshotKey);
  if (listed !== undefined) return listed;
  const known = what.recall(made);
  if (known === undefined || clock.now() + list.aheadMs < lagEndMs(run, request)) return known;
  const sighting = await what.observe(known, scope);
  if (sighting.outcome === "found") return sighting.item;
  return sighting.outcome === "gone" ? undefined : known;
}
