import type { z } from "zod";
import type { JsonValue } from "./snapshot";

/** Definition of one input of a resource on one platform: check, diff and documentation derive from it. */
export interface InputField {
  /** Schema of its value; the messages say what to do. */
  readonly schema: z.ZodType;
  readonly description: string;
  /** True if the other inputs are interpreted by it, so that it can't be unknown at preview. */
  readonly plain?: true;
  readonly default?: JsonValue;
  /**
   * Effect of a change: a new snapshot, a change of the snapshot on the platform, an update of the state without a
   * request, nothing, or that of the rules of `adopt`.
   */
  readonly change: "replace" | "inPlace" | "update" | "nothing" | "adopt";
  /** Effect of a change as text, if `change` alone does not describe it. */
  readonly changeInWords?: string;
  /** The one target argument with which it can be used, if the platform has others. */
  readonly onlyWith?: string;
  /** Set by the resource class, not by the user. */
  readonly internal?: true;
}

/** Refusal at preview: the input, and a sentence with the remedy. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}
