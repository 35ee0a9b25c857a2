import type { z } from "zod";
import type { JsonValue } from "./snapshot";

/** One input of a resource on one platform: the source of its check, its diff and its documentation. */
export interface InputField {
  /** What it may be; the messages say what to do. */
  readonly schema: z.ZodType;
  readonly description: string;
  /** It decides how the others are read, so it can't be unknown at preview. */
  readonly plain?: true;
  readonly default?: JsonValue;
  /**
   * What a change of it does: take a new snapshot, change the snapshot on the platform, update the state without a
   * request, nothing at all, or by the rules of `adopt`.
   */
  readonly change: "replace" | "inPlace" | "update" | "nothing" | "adopt";
  /** What a change of it does, in words, where `change` alone does not say it. */
  readonly changeInWords?: string;
  /** The one target argument that it goes with, where the platform has others. */
  readonly onlyWith?: string;
  /** Set by the resource class, not by the user. */
  readonly internal?: true;
}

/** A refusal at preview: the input and a sentence with the remedy. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}
