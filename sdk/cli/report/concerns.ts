import type { Report, ReportTarget, SnapshotFate } from "../../../provider";
import { ageSentence, freshnessWords, marks, slotsOf, timeText } from "./words";

/** Kinds of concerns, the most urgent first. */
const urgency = ["unknown", "stale", "missed", "failed", "unlisted", "untracked"] as const;

/** Kind of a concern: a freshness or a mark on a timeline. */
export type Look = (typeof urgency)[number];

/** Something that a person should look at. */
export interface Concern {
  /** Undefined for a concern that is not about a target. */
  readonly target: ReportTarget | undefined;
  readonly look: Look;
  readonly label: string;
  /** Details of the concern. */
  readonly text: string;
}

/** Returns the character that represents a concern in text. */
export function characterOf(look: Look): string {
  return look === "unknown" || look === "stale" ? freshnessWords[look].character : marks[look].character;
}

function unread(target: ReportTarget | undefined, text: string): Concern {
  return { target, look: "unknown", label: freshnessWords.unknown.label, text };
}

function concernsOf(target: ReportTarget, nowIso: string): Concern[] {
  const { problem, freshness, policies, snapshots } = target;
  const marked = (look: Exclude<Look, "unknown" | "stale">, number: number, text: string): Concern[] =>
    number === 0 ? [] : [{ target, look, label: `${number} ${marks[look].label.toLowerCase()}`, text }];
  const ofFate = (fate: SnapshotFate & Look): Concern[] => {
    const [newest, ...others] = snapshots.filter((each) => each.fate === fate);
    return newest === undefined ? [] : marked(fate, others.length + 1, `the newest is ${newest.snapshotId}`);
  };
  const missed = slotsOf(target).filter(({ state }) => state === "missed");
  return [
    ...(problem === null ? [] : [unread(target, problem)]),
    ...policies.flatMap(({ name, problem: why }) => (why === null ? [] : [unread(target, `policy ${name}: ${why}`)])),
    ...(freshness === "stale"
      ? [{ target, look: freshness, label: freshnessWords.stale.label, text: ageSentence(target, nowIso) }]
      : []),
    ...marked("missed", missed.length, `the latest at ${timeText(missed.at(-1)?.at ?? "")} UTC`),
    ...ofFate("failed"),
    ...ofFate("unlisted"),
    ...ofFate("untracked"),
  ];
}

/** Returns the concerns in a report, the most urgent first. */
export function concernsIn({ generatedAt, stacks, targets, problems }: Report): readonly Concern[] {
  return [
    ...stacks.flatMap(({ name, problem }) =>
      problem === null ? [] : [unread(undefined, `stack ${name}: ${problem}`)],
    ),
    ...problems.map((text) => unread(undefined, text)),
    ...targets.flatMap((target) => concernsOf(target, generatedAt)),
  ].sort((one, other) => urgency.indexOf(one.look) - urgency.indexOf(other.look));
}
