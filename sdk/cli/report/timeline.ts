import { instantOf, isoText, type ReportSnapshot, type ReportTarget } from "../../../provider";
import { bytesText } from "../output";
import { type Html, html } from "./html";
import { count, type Mark, markOrder, marks, sizeText, slotsOf, timeText } from "./words";

const LANE_PX = 26;
const SIZE_PX = 56;
const AXIS_PX = 26;
const DAY_MS = 86_400_000;
/** Possible distances between the dates of an axis, in days. */
const TICKS = [1, 2, 7, 14, 30, 91, 182, 365, 730];
/** Maximum number of dates on an axis, so that they fit on a phone. */
const MOST_TICKS = 5;

/** The shapes of the marks, defined once per page: each is distinguishable without its colour. */
export const markShapes: Html = html`<svg class="shapes" aria-hidden="true" focusable="false"><defs>
<g id="m-kept"><circle r="5"/></g>
<g id="m-verified"><circle r="6.5"/><path class="cut" d="M-3 0.2 -0.8 2.6 3.2 -2.4"/></g>
<g id="m-listed"><rect x="-4.5" y="-4.5" width="9" height="9"/></g>
<g id="m-going"><circle class="hollow" r="5.2"/><path class="line" d="M-3 0h6"/></g>
<g id="m-untracked"><path class="hollow" d="M0-6.2 6.2 0 0 6.2-6.2 0z"/></g>
<g id="m-unfinished"><circle class="hollow" r="5.2"/><path d="M0-5.2a5.2 5.2 0 0 0 0 10.4z"/></g>
<g id="m-unlisted"><circle class="hollow dashed" r="5.4"/></g>
<g id="m-failed"><path class="line bold" d="M-4.4-4.4 4.4 4.4M4.4-4.4-4.4 4.4"/></g>
<g id="m-missed"><rect class="hollow" x="-4.7" y="-4.7" width="9.4" height="9.4"/></g>
<g id="m-due"><path class="hollow" d="M0-5.6 5.6 4.4H-5.6z"/></g>
<g id="m-next"><path class="hollow" d="M-3.4-4.6 4.4 0-3.4 4.6z"/></g>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="3" height="6"/></pattern>
</defs></svg>`;

/** A mark to show next to text. */
export function markIcon(mark: Mark | "verified"): Html {
  return html`<svg class="icon m ${mark}" viewBox="-9 -9 18 18" aria-hidden="true" focusable="false"><use href="#m-${mark}"/></svg>`;
}

/** A mark at an instant. */
interface Point {
  readonly atMs: number;
  readonly shape: Mark | "verified";
  readonly title: string;
}

interface Lane {
  readonly mark: Mark;
  readonly points: readonly Point[];
}

function snapshotPoint(snapshot: ReportSnapshot): Point[] {
  const { createdAt, fate, because, verifiedAt, snapshotId } = snapshot;
  const atMs = instantOf(createdAt);
  if (atMs === undefined || createdAt === null) return [];
  const details = [
    timeText(createdAt),
    snapshotId,
    sizeText(snapshot),
    because,
    verifiedAt === null ? null : "verified",
  ];
  const shape = fate === "kept" && verifiedAt !== null ? "verified" : fate;
  return [{ atMs, shape, title: details.filter(Boolean).join(", ") }];
}

function lanesOf(target: ReportTarget, toMs: number): Lane[] {
  const slots = slotsOf(target);
  const runs = [...new Set(target.policies.flatMap(({ nextRuns }) => nextRuns))];
  const pointsOf = (mark: Mark): Point[] => [
    ...target.snapshots.filter(({ fate }) => fate === mark).flatMap(snapshotPoint),
    ...slots
      .filter(({ state }) => state === mark)
      .map(({ at, policy }) => ({ atMs: instantOf(at) ?? 0, shape: mark, title: `${timeText(at)}, policy ${policy}` })),
    ...(mark === "next"
      ? runs
          .map((at) => ({ atMs: instantOf(at) ?? 0, shape: mark, title: timeText(at) }))
          .filter(({ atMs }) => atMs <= toMs)
      : []),
  ];
  return markOrder.map((mark) => ({ mark, points: pointsOf(mark) })).filter(({ points }) => points.length > 0);
}

/** Maps an instant to its position on the axis, as a percentage. */
type Scale = (atMs: number) => string;

function ticksOf(fromMs: number, toMs: number): number[] {
  const step = (TICKS.find((days) => (toMs - fromMs) / DAY_MS / days <= MOST_TICKS) ?? 1825) * DAY_MS;
  const first = Math.ceil(fromMs / DAY_MS) * DAY_MS;
  return Array.from({ length: Math.floor((toMs - first) / step) + 1 }, (_, index) => first + index * step);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function dayText(atMs: number, hasYear: boolean): string {
  const date = new Date(atMs);
  const month = months[date.getUTCMonth()] ?? "";
  return hasYear ? `${month} ${date.getUTCFullYear()}` : `${date.getUTCDate()} ${month}`;
}

function axis(fromMs: number, toMs: number, nowMs: number, height: number, at: Scale): Html {
  const hasYear = toMs - fromMs > 400 * DAY_MS;
  const bottom = height - AXIS_PX;
  const ticks = ticksOf(fromMs, toMs).map((atMs, index) => {
    const x = at(atMs);
    const place = (atMs - fromMs) / (toMs - fromMs);
    const anchor = place < 0.06 ? "start" : place > 0.94 ? "end" : "middle";
    return html`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${bottom + 5}"/><text class="date${index % 2 === 0 ? "" : " second"}" x="${x}" y="${bottom + 19}" text-anchor="${anchor}">${dayText(atMs, hasYear)}</text>`;
  });
  const now = at(nowMs);
  return html`${ticks}<line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/><line class="now" x1="${now}" x2="${now}" y1="0" y2="${bottom}"/>`;
}

function bars(sized: readonly (ReportSnapshot & { readonly sizeBytes: number })[], top: number, at: Scale): Html {
  const largest = Math.max(...sized.map(({ sizeBytes }) => sizeBytes));
  const most = SIZE_PX - 14;
  const each = sized.map(({ createdAt, sizeBytes }) => {
    const height = Math.max(2, Math.round((sizeBytes / Math.max(largest, 1)) * most));
    return html`<svg x="${at(instantOf(createdAt) ?? 0)}" y="${top + SIZE_PX - 3 - height}" width="1" height="${height}" overflow="visible"><rect class="bar" x="-3" width="6" height="${height}" rx="1"><title>${timeText(createdAt ?? "")}: ${bytesText(sizeBytes)}</title></rect></svg>`;
  });
  return html`<g>${each}</g>`;
}

/** Describes a timeline for people who can't see it, with a sentence for each lane. */
function describe(target: ReportTarget, lanes: readonly Lane[], sized: readonly ReportSnapshot[]): string {
  const said = lanes.map(({ mark, points }) => {
    const newest = Math.max(...points.map(({ atMs }) => atMs));
    const last = mark === "next" ? Math.min(...points.map(({ atMs }) => atMs)) : newest;
    return `${marks[mark].label}: ${points.length}, ${mark === "next" ? "the first" : "the latest"} at ${timeText(isoText(last))}.`;
  });
  const sizes = sized.map(({ sizeBytes }) => sizeBytes ?? 0);
  const span =
    sizes.length === 0 ? [] : [`Sizes from ${bytesText(Math.min(...sizes))} to ${bytesText(Math.max(...sizes))}.`];
  return [`From ${timeText(target.from)} to ${timeText(target.to)} UTC.`, ...said, ...span].join(" ");
}

/** Draws a target's snapshots over time, in a lane for each kind of mark, with their sizes; empty without snapshots. */
export function timeline(target: ReportTarget, nowIso: string, id: string): Html {
  const [fromMs = 0, toMs = 0, nowMs = 0] = [target.from, target.to, nowIso].map(instantOf);
  const all = lanesOf(target, toMs);
  if (all.length === 0) return html``;
  const at: Scale = (atMs) => `${Math.round(((atMs - fromMs) / (toMs - fromMs)) * 10_000) / 100}%`;
  const isShown = (atMs: number): boolean => atMs >= fromMs && atMs <= toMs;
  const sized = target.snapshots.flatMap(({ sizeBytes, ...snapshot }) =>
    sizeBytes !== null && isShown(instantOf(snapshot.createdAt) ?? Number.NaN) ? [{ ...snapshot, sizeBytes }] : [],
  );
  const sizeTop = all.length * LANE_PX;
  const height = sizeTop + (sized.length > 0 ? SIZE_PX : 0) + AXIS_PX;
  const lanes = all.map(({ mark, points }, index) => {
    const y = index * LANE_PX + LANE_PX / 2;
    const shapes = points
      .filter(({ atMs }) => isShown(atMs))
      .map(
        ({ atMs, shape, title }) =>
          html`<use href="#m-${shape}" x="${at(atMs)}" y="${y}"><title>${title}</title></use>`,
      );
    return html`<g class="m ${mark}"><line class="lane" x1="0" x2="100%" y1="${y}" y2="${y}"/>${shapes}</g>`;
  });
  const labels = all.map(
    ({ mark, points }) => html`<li>${markIcon(mark)}<span>${marks[mark].label}</span> <b>${points.length}</b></li>`,
  );
  const largest = Math.max(...sized.map(({ sizeBytes }) => sizeBytes));
  const sizeLabel =
    sized.length === 0 ? undefined : html`<li class="size"><span>Size, up to</span> <b>${bytesText(largest)}</b></li>`;
  const older = all.reduce((sum, { points }) => sum + points.filter(({ atMs }) => atMs < fromMs).length, 0);
  const undated = target.snapshots.filter(({ createdAt }) => createdAt === null).length;
  const left = [
    ...(older === 0 ? [] : [`${count(older, "mark")} before ${timeText(target.from).slice(0, 10)}`]),
    ...(undated === 0 ? [] : [`${count(undated, "snapshot")} without a known time`]),
  ];
  const note =
    left.length === 0
      ? undefined
      : html`<figcaption>Not in the picture, only in the table: ${left.join(", and ")}.</figcaption>`;
  return html`<figure class="timeline"><ul class="lanes" aria-hidden="true">${labels}${sizeLabel}</ul>
<svg role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${height}"><title id="${id}-title">Timeline of ${target.kind} ${target.id}</title><desc id="${id}-desc">${describe(target, all, sized)}</desc>${axis(fromMs, toMs, nowMs, height, at)}${lanes}${sized.length === 0 ? undefined : bars(sized, sizeTop, at)}</svg>${note}</figure>`;
}

/** Draws the newest usable snapshot's age against `maxAge` as a bar; empty if one of them is unknown. */
export function ageBar({ lastSnapshotAt, maxAgeSeconds, freshness }: ReportTarget, nowIso: string): Html {
  const lastMs = instantOf(lastSnapshotAt);
  if (lastMs === undefined || maxAgeSeconds === null) return html``;
  const ageSeconds = Math.max(0, ((instantOf(nowIso) ?? 0) - lastMs) / 1000);
  const scale = Math.max(maxAgeSeconds * 1.25, ageSeconds * 1.05);
  const percent = (seconds: number): string => `${Math.round((seconds / scale) * 10_000) / 100}%`;
  return html`<svg class="age ${freshness}" aria-hidden="true" focusable="false" width="100%" height="14"><rect class="track" y="4" width="100%" height="6" rx="3"/><rect class="fill" y="4" width="${percent(ageSeconds)}" height="6" rx="3"/><line class="limit" x1="${percent(maxAgeSeconds)}" x2="${percent(maxAgeSeconds)}" y1="0" y2="14"/></svg>`;
}
