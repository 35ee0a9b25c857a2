import { lookScope, poll } from "../http/poll";
import { instantOf, isoText } from "../model/clock";
import { isSnapshotsError, messageOf } from "../model/errors";
import type { CreateRequest, Listing, Run } from "./types";

/** Largest difference between the clocks of one platform, in milliseconds. */
const CLOCK_SLACK_MS = 60_000;
/** Longest list lag that a run waits out, in milliseconds; for a longer one it reports when to run again. */
const LONGEST_LAG_WAIT_MS = 90_000;
/** Largest number of candidates that a message names. */
const MOST_NAMED = 10;

/** Outcome of a search for the result of a request. */
export type Search<Item> =
  | { readonly outcome: "found"; readonly item: Item }
  /** `doubtful`: new items whose time does not fit. */
  | { readonly outcome: "none"; readonly doubtful: readonly Item[] }
  /** The result can't be determined; `reason` is for the user. */
  | { readonly outcome: "undecided"; readonly reason: string; readonly cause?: unknown };

/** End of the list lag after a request, in milliseconds since 1970: from then on, absence from the list is proof. */
export function lagEndMs(run: Run<unknown>, request: CreateRequest): number {
  const { answerMs, listLagMs } = run.what;
  const endedMs = instantOf(request.endedAt) ?? (instantOf(request.requestedAt) ?? 0) + answerMs;
  return endedMs + listLagMs;
}

/** Lists items for messages. */
export function inWords<Item>(run: Run<Item>, items: readonly Item[]): string {
  const more = items.length > MOST_NAMED ? ` and ${items.length - MOST_NAMED} more` : "";
  return (
    items
      .slice(0, MOST_NAMED)
      .map((item) => run.what.describe(item).words)
      .join(", ") + more
  );
}

/** Describes doubtful items as the end of a sentence; empty if there are none. */
export function inDoubt<Item>(run: Run<Item>, doubtful: readonly Item[]): string {
  const [first] = doubtful;
  return first === undefined
    ? ""
    : ` (new, but not certainly its result: ${inWords(run, doubtful)}; ${run.what.remedy(first)})`;
}

async function keysOfOthers(run: Run<unknown>): Promise<ReadonlySet<string>> {
  const { urn, ownerId } = run.what;
  const entries = urn === undefined ? [] : await run.journal.others(urn, ownerId);
  return new Set(entries.flatMap(({ made }) => made?.snapshotKey ?? []));
}

/** Returns the listed items that were not there before the request and belong to no other resource. */
function appeared<Item>(run: Run<Item>, request: CreateRequest, list: Listing<Item>, others: ReadonlySet<string>) {
  const known = new Set(request.known);
  return list.items.filter((item) => {
    const { key, uniqueKey } = run.what.describe(item);
    return (
      run.what.fits(request, item) && !known.has(key) && !others.has(uniqueKey) && !run.what.isHeldByOther(uniqueKey)
    );
  });
}

/**
 * Whether an item's time allows it to be the result of the request. An item that a complete earlier list did not show
 * is proven new, unless the list may have lagged. Time can rule out an item; it never proves that nothing was created.
 */
function isTimely<Item>(run: Run<Item>, request: CreateRequest, item: Item): boolean {
  const { timeMs, bearsOwner } = run.what.describe(item);
  if (timeMs === undefined || bearsOwner) return true;
  const sinceMs = instantOf(request.requestedAt) ?? 0;
  if (timeMs > sinceMs + run.what.workMs + CLOCK_SLACK_MS) return false;
  if (timeMs >= sinceMs - CLOCK_SLACK_MS) return true;
  return request.knownComplete && timeMs < sinceMs - run.what.listLagMs;
}

/** Lists the items that the request may have created, whatever their time. */
export async function candidatesOf<Item>(run: Run<Item>, request: CreateRequest): Promise<readonly Item[]> {
  const list = await run.what.list(lookScope(run.scope, run.clock));
  return appeared(run, request, list, await keysOfOthers(run));
}

/** Chooses among several equally suitable items: the nearest in time, ready ones first. */
function nearest<Item>(run: Run<Item>, request: CreateRequest, items: readonly Item[]): Item | undefined {
  const sinceMs = instantOf(request.requestedAt) ?? 0;
  const distance = (item: Item): number =>
    Math.abs((run.what.describe(item).timeMs ?? Number.MAX_SAFE_INTEGER) - sinceMs);
  const sorted = [...items].sort((one, other) => distance(one) - distance(other));
  return sorted.find((item) => run.what.describe(item).progress === "ready") ?? sorted[0];
}

async function choose<Item>(run: Run<Item>, request: CreateRequest, items: readonly Item[]): Promise<Search<Item>> {
  const { title, noun, ambiguity, remedy } = run.what;
  const chosen = ambiguity === "nearest" ? nearest(run, request, items) : undefined;
  const lost = `the outcome of the request of ${request.requestedAt} is unknown`;
  if (chosen === undefined) {
    const [first] = items;
    return {
      outcome: "undecided",
      reason:
        `${title}: ${lost}, and ${items.length} new ${noun}s have appeared since: ${inWords(run, items)}. Nothing shows ` +
        `which one is this resource's: ${first === undefined ? "" : remedy(first)}`,
    };
  }
  const others = items.filter((item) => item !== chosen);
  await run.warn(
    `${lost}, and ${items.length} new ${noun}s have appeared since: ${inWords(run, [chosen])}, the nearest in time, is ` +
      `used as its result; the others are not: ${inWords(run, others)}`,
  );
  return { outcome: "found", item: chosen };
}

/** Warns that an item counts as the result of a request although no answer named it. */
async function reportClaim<Item>(run: Run<Item>, request: CreateRequest, item: Item, others: readonly Item[]) {
  const { noun } = run.what;
  if (request.answer === undefined) {
    await run.warn(
      `the answer to the request of ${request.requestedAt} was lost; the one new ${noun} that has appeared since, ` +
        `${inWords(run, [item])}, is used as its result`,
    );
  } else if (others.length > 0) {
    await run.warn(
      `the platform's answer does not name the new ${noun}; ${inWords(run, [item])} is the nearest to it in time, others ` +
        `that appeared meanwhile are not: ${inWords(run, others)}`,
    );
  }
}

/** Watches the list until it shows what a request created; `none` if it doesn't by `deadlineMs`. */
export async function watchList<Item>(
  run: Run<Item>,
  request: CreateRequest,
  deadlineMs: number,
): Promise<Search<Item>> {
  const others = await keysOfOthers(run);
  let unreadable: unknown;
  let doubtful: readonly Item[] = [];
  const found = await poll<Search<Item>>(
    async () => {
      let list: Listing<Item>;
      try {
        list = await run.what.list(lookScope(run.scope, run.clock, deadlineMs));
        unreadable = undefined;
      } catch (error) {
        unreadable = error;
        if (isSnapshotsError(error, "unavailable", "timeout", "unexpectedAnswer", "rateLimited")) return undefined;
        return unreadableList(run, request, error);
      }
      const fresh = appeared(run, request, list, others);
      const match = run.what.match(
        request,
        fresh.filter((item) => isTimely(run, request, item)),
      );
      doubtful = fresh;
      if (match.outcome === "none") return undefined;
      if (match.outcome === "several") return choose(run, request, match.candidates);
      await reportClaim(run, request, match.item, match.others);
      return { outcome: "found", item: match.item };
    },
    run.clock,
    deadlineMs,
  );
  if (found !== undefined) return found;
  return unreadable === undefined ? { outcome: "none", doubtful } : unreadableList(run, request, unreadable);
}

function unreadableList(run: Run<unknown>, request: CreateRequest, error: unknown): Search<never> {
  const { title, noun } = run.what;
  return {
    outcome: "undecided",
    reason:
      `${title}: a ${noun} was requested at ${request.requestedAt}, and the list that would show it can't be read: ` +
      `${messageOf(error)}. The request is recorded: fix this and run pulumi up again, which looks for the ${noun} first`,
    cause: error,
  };
}

/**
 * Finds out what a request of an earlier run created. `none` only if it certainly created nothing: the list lag has
 * passed, and a list as complete as the one before the request shows nothing that could be its result.
 */
export async function findResult<Item>(run: Run<Item>, request: CreateRequest): Promise<Search<Item>> {
  const { what, clock, scope } = run;
  const endMs = lagEndMs(run, request);
  // The request's time is by the platform's clock, so the time since then must be too.
  const first = await what.list(lookScope(scope, clock));
  const waitMs = endMs - (clock.now() + first.aheadMs);
  const untilMs = clock.now() + (waitMs <= LONGEST_LAG_WAIT_MS ? Math.max(waitMs, 0) : 0);
  const watched = await watchList(run, request, Math.min(scope.deadlineMs, untilMs));
  if (watched.outcome !== "none") return watched;

  const list = await what.list(lookScope(scope, clock));
  const hasLagPassed = clock.now() + list.aheadMs >= endMs;
  const isSure = list.complete || !request.knownComplete;
  const doubtful = appeared(run, request, list, await keysOfOthers(run));
  if (hasLagPassed && (what.ambiguity === "nearest" || (isSure && doubtful.length === 0)))
    return { outcome: "none", doubtful };
  const why = !hasLagPassed
    ? `the list may lag until ${isoText(endMs)}`
    : isSure
      ? `the time of what has appeared since does not fit: ${inWords(run, doubtful)}`
      : "the list proves nothing: the platform answers the same way where the plan has no snapshots";
  const [one] = doubtful;
  const remedy = one === undefined ? "" : `, or ${what.remedy(one)}`;
  return {
    outcome: "undecided",
    reason:
      `${what.title}: the ${what.noun} that was requested at ${request.requestedAt} is not in the list: ${why}. No second ` +
      `one is requested; run pulumi up again later${remedy}`,
  };
}
