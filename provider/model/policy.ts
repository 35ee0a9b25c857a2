import type { z } from "zod";
import type { CheckFailure, InputField } from "./input";
import type { Scope } from "./scope";
import type { JsonValue, SnapshotList } from "./snapshot";

/**
 * Runner of a policy: the platform automatically, every `pulumi up`, or someone else: then the policy only observes
 * whether backups appear.
 */
export type RunBy = "platform" | "up" | "watched";

/**
 * Status of a policy. `active`: it runs. `suspended`: it takes no snapshots. `pending`: the platform is still setting
 * it up. `unknown`: the platform's answers leave it open.
 */
export type PolicyStatus = "active" | "suspended" | "pending" | "failed" | "unknown";

/** Definition of one input of a BackupPolicy: as for a Snapshot, except for the effects of a change. */
export interface PolicyField extends Omit<InputField, "change"> {
  /**
   * Effect of a change: another policy in its place, a change on the platform, an update of the state, nothing, or only
   * a refusal at preview.
   */
  readonly change: "replace" | "inPlace" | "update" | "nothing" | "refuse";
}

/** Schedules or a retention as data, before they are checked. */
export type Written = JsonValue | undefined;

/** One kind of target of a platform's policies, named by one argument of a BackupPolicy. */
export interface PolicyTargetDefinition {
  /** Its kind in resource ids. */
  readonly kind: string;
  /** Name in messages. Default: its kind. */
  readonly title?: string;
  readonly runBy: RunBy;
  readonly description: string;
  /** Schema of the argument; the messages say what to do. */
  readonly schema: z.ZodType;
  /** Effect of a change of the argument: another policy in its place, or only a refusal. Default: `replace`. */
  readonly change?: "replace" | "refuse";
  /** Arguments that only policies of this kind have. */
  readonly arguments?: Readonly<Record<string, PolicyField>>;
  /** Whether policies of this kind have a retention. */
  readonly retention: "none" | "optional" | "required";
  /** Schedules and retentions that can be expressed, for the documentation: phrases. Left out: all. */
  readonly expresses?: { readonly schedules: string; readonly retention: string };
  /** Message for a missing required retention, after `missing: `: why it is required and what to write. */
  readonly retentionHint?: string;
  /** Effect of a change of schedules and retention. Only if the platform runs the policy. */
  readonly scheduleChange?: "inPlace" | "refuse";
  /** Returns why schedules can't be expressed, with the nearest that can; only called with well-formed ones. */
  scheduleProblem?(schedules: JsonValue, nowMs: number): string | undefined;
  /** Returns why a retention can't be expressed, with the nearest that can; only called with well-formed ones. */
  retentionProblem?(retention: JsonValue): string | undefined;
  /** Whether two well-formed schedules, or their absence, mean the same here. Default: by the times of their runs. */
  sameSchedules?(one: Written, other: Written, nowMs: number): boolean;
  /** Whether two well-formed retentions, or their absence, mean the same here. Default: by their rules. */
  sameRetention?(one: Written, other: Written): boolean;
  /** Checks combinations of arguments. */
  rules?(inputs: Readonly<Record<string, unknown>>): readonly CheckFailure[];
  /** Returns warnings for new schedules or a new retention, in addition to those of every policy. */
  warnings?(inputs: Readonly<Record<string, unknown>>): readonly string[];
  /** Reason for refusing a change, and what to do instead: a sentence. */
  readonly refusal?: string;
  /** Whether destroy deletes a policy that the resource created: always, or by `deletionPolicy`. Left out: never. */
  readonly deletes?: "always" | "asked";
  /** Phrase for what keeps running once the policy is dropped from state, such as `the job keeps running`. */
  readonly keepsRunning?: string;
}

/** A policy as observed on the platform that runs it. */
export interface ObservedPolicy {
  /** Its id on the platform. */
  readonly policyId: string;
  /** Segments of its resource id, after platform and kind. */
  readonly segments: readonly string[];
  readonly status: PolicyStatus;
  /** The platform's own word for the status, if it has one. */
  readonly platformStatus?: string;
  /** Arguments as observed on the platform, in the form that users write; those that it doesn't show are left out. */
  readonly shown: Readonly<Record<string, JsonValue>>;
  /** Observed settings that can't be expressed as arguments: sentences. */
  readonly unreadable?: readonly string[];
  /** Its region, on platforms that have regions. */
  readonly region?: string;
}

/** Reference to a policy: the segments of its resource id, after platform and kind, and its region. */
export interface PolicyReference {
  readonly segments: readonly string[];
  readonly region?: string;
}

/** Outcome of looking for one known policy. */
export type PolicyObservation =
  | { readonly outcome: "found"; readonly policy: ObservedPolicy }
  /** Confirmed by the platform not to exist any more. */
  | { readonly outcome: "gone"; readonly proof: string }
  | { readonly outcome: "unproven"; readonly reason: string };

/** Operations on one kind of policy that a platform runs, opened on one connection. Missing verbs are left out. */
export interface PolicyPlatform {
  /**
   * Finds existing policies in the place of the one that the inputs describe: with its name, or on its volume. Two of
   * them could not be told apart, so none is created while one exists.
   */
  find(inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<readonly ObservedPolicy[]>;
  /**
   * Creates a policy: exactly one request that changes anything, repeated only if it certainly was not executed.
   * Returns undefined if the answer does not name the policy: `find` then shows it.
   */
  create(inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<ObservedPolicy | undefined>;
  /**
   * Looks for one policy; `gone` only when the platform confirms it. Throws if the answer proves nothing. The arguments
   * are reported for comparison with the inputs (empty if none are known): in the inputs' spelling if that means the
   * same, optional ones only if given, and as given if the platform doesn't show them in a comparable form.
   */
  observe(
    reference: PolicyReference,
    inputs: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<PolicyObservation>;
  /**
   * Sets schedules and retention to those of the inputs if they differ from `shown`: one request for each part that the
   * platform sets separately.
   */
  update?(
    reference: PolicyReference,
    inputs: Readonly<Record<string, JsonValue>>,
    shown: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<void>;
  /** Deletes a policy, not its snapshots, and returns once it no longer exists; not an error if it already doesn't. */
  delete?(reference: PolicyReference, scope: Scope): Promise<void>;
  /** Lists the policy's snapshots, all pages. Errors by kind; an unknown answer is never an empty list. */
  list(reference: PolicyReference, scope: Scope): Promise<SnapshotList>;
}
