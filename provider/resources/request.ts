import type { CreateRequest, Labels } from "../creation";
import type { JsonValue } from "../model/snapshot";
import type { Properties } from "./host";
import { textOf } from "./session";

/** Request whose outcome is unknown, as stored in a resource's properties. */
export function requestOf(properties: Properties): CreateRequest | undefined {
  return readRequest(properties["unfinished"]);
}

/** Reads a stored request in the format of any version; returns undefined for anything else. */
export function readRequest(stored: unknown): CreateRequest | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { name, slot, labels, ...request } = stored as Record<string, unknown>;
  if (typeof request["requestedAt"] !== "string" || !Array.isArray(request["known"])) return undefined;
  // Version 0.1 stored the labels as top-level properties.
  const old = Object.entries({ name, slot }).filter(([, value]) => typeof value === "string");
  const all: Labels = { ...(Object.fromEntries(old) as Labels), ...(labels as Labels | undefined) };
  const read = request as unknown as CreateRequest;
  return Object.keys(all).length === 0 ? read : { ...read, labels: all };
}

/** A request as plain data. */
export function plainRequest(request: CreateRequest): JsonValue {
  return JSON.parse(JSON.stringify(request)) as JsonValue;
}

/** Random id of a resource, from its state. */
export function storedOwnerId(properties: Properties): string | undefined {
  return textOf(properties, "ownerId");
}
