import { z } from "zod";
import { type Api, callApi } from "../../http/client";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PolicyObservation } from "../../model/policy";
import type { Scope } from "../../model/scope";

/** Reason why an absence is not proven, and its remedy. */
export interface Doubt {
  /** A clause. */
  readonly reason: string;
  /** Action for the user: a clause. */
  readonly remedy: string;
}

/** Visibility of a target to the connection's credential. */
export type Visibility =
  | { readonly isVisible: true }
  /** `isForbidden`: the credential may not show the target. */
  | ({ readonly isVisible: false; readonly isForbidden: boolean } & Doubt);

/**
 * An object of a target, with the two lookups that determine whether it exists. A service answers another account's
 * credential as if nothing existed, so an absence counts only if the credential sees the target.
 */
export interface Sight<Found> {
  /** Name of the object, for messages. */
  readonly subject: string;
  /** The service's way to report that the object is missing: a clause. */
  readonly absence: string;
  /**
   * Returns the object as the service shows it; undefined if the service reports it missing. Throws `notFound` if the
   * service reports the target itself missing.
   */
  look(scope: Scope): Promise<Found | undefined>;
  /** Target that the object belongs to. */
  readonly target: ShownTarget;
}

/** Target that a service shows by its id. */
export interface ShownTarget {
  readonly api: Api;
  /** Service that has the target. */
  readonly service: string;
  /** Name of the target, for messages: `volume 3f50…`. */
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** Result of looking for an object. */
export type Seen<Found> =
  | { readonly outcome: "found"; readonly found: Found }
  | { readonly outcome: "gone"; readonly proof: string }
  | ({ readonly outcome: "unproven" } & Doubt);

const shownTarget = z.object({ id: z.string() });

/** Doubt that remains when the service answers 404 for the target itself. */
function notSeen({ service, name, api }: ShownTarget): Doubt {
  return {
    reason: `the ${service} service answers 404 for ${name} itself, as it also does to another account's credential`,
    remedy: `if ${name} still exists, give the connection "${api.connection.name}" a credential that sees it`,
  };
}

/** Asks a service for a target. Throws for any answer other than the target, a 403 or the service's own 404. */
export async function askForTarget(target: ShownTarget, scope: Scope): Promise<Visibility> {
  const { api, name, id, path } = target;
  try {
    const { data } = await callApi(
      api,
      { operation: "show", target: name, method: "GET", path, expect: shownTarget },
      scope,
    );
    if (data.id === id) return { isVisible: true };
    throw new SnapshotsError(`[scp] show ${name}: the answer names another one, ${data.id}`, {
      kind: "unexpectedAnswer",
    });
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return { isVisible: false, isForbidden: false, ...notSeen(target) };
    if (isSnapshotsError(error, "forbidden")) {
      return {
        isVisible: false,
        isForbidden: true,
        reason: `whether the credential is of the account of ${name} is not known, since it may not show it (HTTP 403)`,
        remedy: `allow the credential of the connection "${api.connection.name}" to show ${name}`,
      };
    }
    throw error;
  }
}

/**
 * Looks for an object. The outcome is `gone` only if the service reports the object missing and the credential sees its
 * target. Throws if an answer allows no conclusion.
 */
export async function lookFor<Found>(sight: Sight<Found>, scope: Scope): Promise<Seen<Found>> {
  const { target } = sight;
  let found: Found | undefined;
  try {
    found = await sight.look(scope);
  } catch (error) {
    if (!isSnapshotsError(error, "notFound")) throw error;
    return { outcome: "unproven", ...notSeen(target) };
  }
  if (found !== undefined) return { outcome: "found", found };
  const visibility = await askForTarget(target, scope);
  if (!visibility.isVisible) return { outcome: "unproven", reason: visibility.reason, remedy: visibility.remedy };
  return { outcome: "gone", proof: `${sight.absence}, and the ${target.service} service shows ${target.name}` };
}

/**
 * Whether a list proves that what it does not show is absent. Another account's credential also gets an empty list, so
 * an empty list is proof only if the credential sees the target.
 */
export async function isProof(entries: readonly unknown[], target: ShownTarget, scope: Scope): Promise<boolean> {
  if (entries.length > 0) return true;
  return askForTarget(target, scope).then(
    ({ isVisible }) => isVisible,
    (error: unknown) => {
      // The list is still valid if the target can't be shown; it just proves nothing.
      if (isSnapshotsError(error)) return false;
      throw error;
    },
  );
}

/** Observation of a policy that was not found. */
export function unlessFound(seen: Exclude<Seen<unknown>, { outcome: "found" }>): PolicyObservation {
  return seen.outcome === "gone" ? seen : { outcome: "unproven", reason: `${seen.reason}; ${seen.remedy}` };
}
