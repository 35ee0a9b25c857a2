import type { z } from "zod";
import type { CheckFailure, InputField } from "./input";
import type { Scope } from "./scope";
import type { JsonValue, SnapshotList } from "./snapshot";

/**
 * Who runs a policy: the platform by itself; every `pulumi up`; or somebody else, so that it is only watched whether
 * backups appear.
 */
export type RunBy = "platform" | "up" | "watched";

/**
 * What is known of a policy's state. `active`: it runs. `suspended`: it takes nothing. `pending`: the platform is still
 * setting it up. `unknown`: the platform's answers leave it open.
 */
export type PolicyStatus = "active" | "suspended" | "pending" | "failed" | "unknown";

/** One input of a BackupPolicy: as of a Snapshot, but for what a change of it does. */
export interface PolicyField extends Omit<InputField, "change"> {
  /**
   * What a change of it does: another policy in its place, a change on the platform, an update of the state, nothing at
   * all, or nothing but a refusal at preview.
   */
  readonly change: "replace" | "inPlace" | "update" | "nothing" | "refuse";
}

/** A schedule or retention as data, before it is checked. */
export type Written = JsonValue | undefined;

/** One kind of thing that a platform's policies are for, named by one argument of a BackupPolicy. */
export interface PolicyTargetDefinition {
  /** Its kind in resource ids. */
  readonly kind: string;
  /** What messages call it. Default: its kind. */
  readonly title?: string;
  readonly runBy: RunBy;
  readonly description: string;
  /** What the argument may be; the messages say what to do. */
  readonly schema: z.ZodType;
  /** What a change of the argument does: another policy in its place, or nothing but a refusal. Default: `replace`. */
  readonly change?: "replace" | "refuse";
  /** The arguments that only policies of this kind have. */
  readonly arguments?: Readonly<Record<string, PolicyField>>;
  /** Whether policies of this kind have a retention. */
  readonly retention: "none" | "optional" | "required";
  /** What schedules and retentions can say here, for the documentation: phrases. Left out: everything that there is. */
  readonly expresses?: { readonly schedules: string; readonly retention: string };
  /** What to say where a required retention is missing: why it is required and what to write, after `missing: `. */
  readonly retentionHint?: string;
  /** What a change of schedules and retention does. Only where the platform runs the policy. */
  readonly scheduleChange?: "inPlace" | "refuse";
  /** Why schedules can't be expressed, with the nearest that can; only called with well-formed ones. */
  scheduleProblem?(schedules: JsonValue, nowMs: number): string | undefined;
  /** Why a retention can't be expressed, with the nearest that can; only called with well-formed ones. */
  retentionProblem?(retention: JsonValue): string | undefined;
  /** Whether two well-formed schedules, or their absence, mean the same here. Default: by the times of their runs. */
  sameSchedules?(one: Written, other: Written, nowMs: number): boolean;
  /** Whether two well-formed retentions, or their absence, mean the same here. Default: by their rules. */
  sameRetention?(one: Written, other: Written): boolean;
  /** What arguments must not be together. */
  rules?(inputs: Readonly<Record<string, unknown>>): readonly CheckFailure[];
  /** What to warn of when the schedules or the retention are new, beside what every policy is warned of. */
  warnings?(inputs: Readonly<Record<string, unknown>>): readonly string[];
  /** Why a refused change is refused, and what to do instead: a sentence. */
  readonly refusal?: string;
  /** Whether destroy deletes what it has made: always, or where `deletionPolicy` asks for it. Left out: it can't. */
  readonly deletes?: "always" | "asked";
  /** What stays when the policy is forgotten, beside its snapshots: a phrase, such as `the job keeps running`. */
  readonly keepsRunning?: string;
}

/** A policy as the platform that runs it shows it. */
export interface ObservedPolicy {
  /** The platform's own id of it. */
  readonly policyId: string;
  /** What names it in its resource id, after platform and kind. */
  readonly segments: readonly string[];
  readonly status: PolicyStatus;
  /** The platform's own word for the status, where it has one. */
  readonly platformStatus?: string;
  /** The arguments as the platform shows them, in a user's words; what it doesn't show is left out. */
  readonly shown: Readonly<Record<string, JsonValue>>;
  /** What it shows and can't be told in a user's words: sentences. */
  readonly unreadable?: readonly string[];
  /** The region that it is in, on platforms that have regions. */
  readonly region?: string;
}

/** What the caller knows of a policy: the segments of its resource id, after platform and kind, and its region. */
export interface PolicyReference {
  readonly segments: readonly string[];
  readonly region?: string;
}

/** What looking for one known policy has shown. */
export type PolicyObservation =
  | { readonly outcome: "found"; readonly policy: ObservedPolicy }
  /** Proven not to be there any more. */
  | { readonly outcome: "gone"; readonly proof: string }
  | { readonly outcome: "unproven"; readonly reason: string };

/** The policies of one kind that a platform runs, opened on one connection. A verb that it lacks is left out. */
export interface PolicyPlatform {
  /**
   * The policies that there are already in the place of the one that the inputs want: with its name, or on its volume.
   * No two of them can be told apart, so nothing is made while there is one.
   */
  find(inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<readonly ObservedPolicy[]>;
  /**
   * Makes a policy: exactly one request that changes anything, repeated only when it surely was not executed. The answer
   * may not name it: undefined then, and `find` shows it.
   */
  create(inputs: Readonly<Record<string, JsonValue>>, scope: Scope): Promise<ObservedPolicy | undefined>;
  /**
   * Looks for one policy; `gone` on the platform's proof only. Throws where the answer proves nothing. It is shown as it
   * compares with the inputs (empty where none are known): in their spelling where it means the same, optional arguments
   * only where they are given, and as given where the platform doesn't show them or not in a comparable form.
   */
  observe(
    reference: PolicyReference,
    inputs: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<PolicyObservation>;
  /**
   * Sets schedules and retention to what the inputs want, where they differ from `shown`: one request for each part that
   * the platform sets apart.
   */
  update?(
    reference: PolicyReference,
    inputs: Readonly<Record<string, JsonValue>>,
    shown: Readonly<Record<string, JsonValue>>,
    scope: Scope,
  ): Promise<void>;
  /** Removes a policy and returns when it is gone; one that is gone already is no error. No snapshot goes with it. */
  delete?(reference: PolicyReference, scope: Scope): Promise<void>;
  /** Lists what the policy has made, all pages. Errors by kind; an unknown answer is never an empty list. */
  list(reference: PolicyReference, scope: Scope): Promise<SnapshotList>;
}
