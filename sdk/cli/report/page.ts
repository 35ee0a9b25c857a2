import {
  nameInUrn,
  type Report,
  type ReportSnapshot,
  type ReportTarget,
  type TargetFreshness,
} from "../../../provider";
import { bytesText } from "../output";
import { type Concern, concernsIn } from "./concerns";
import { type Html, html, type Part } from "./html";
import { style } from "./style";
import { ageBar, markIcon, markShapes, timeline } from "./timeline";
import {
  ageSentence,
  agoText,
  count,
  fateText,
  freshnessWords,
  markOrder,
  marks,
  newestText,
  policySentence,
  sizeText,
  slotsOf,
  targetName,
  timeText,
  totalsOf,
} from "./words";

/** Maximum length of an id that is kept on one line, in characters. */
const SHORT_ID = 24;

/** A column of a table: its head and its cell for a row. The first column names the row. */
interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Part;
  /** Whether its cells are kept on one line where there is room. */
  readonly isShort?: true;
}

/** A table that stays one for screen readers where a phone shows its rows as cards. Empty columns are omitted. */
function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const used = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => index === 0 || cells.some((row) => row[index] !== ""));
  const heads = used.map(({ head }) => html`<th scope="col" role="columnheader">${head}</th>`);
  const lines = cells.map((row) => {
    const parts = used.map(({ head, isShort, index }) => {
      const content = row[index];
      if (index === 0) return html`<th scope="row" role="rowheader">${content}</th>`;
      const look = content === "" ? "empty" : isShort ? "short" : "";
      return html`<td role="cell" class="${look}" data-label="${head}">${content}</td>`;
    });
    return html`<tr role="row">${parts}</tr>\n`;
  });
  return html`<table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">
${lines}</tbody></table>`;
}

function pill(freshness: TargetFreshness): Html {
  const { label, character } = freshnessWords[freshness];
  return html`<span class="pill ${freshness}"><i aria-hidden="true"><span>${character}</span></i>${label}</span>`;
}

function tiles(report: Report): Html {
  const { targets, byFreshness, snapshots, byMark, sizeBytes } = totalsOf(report);
  const evaluated = byFreshness.fresh + byFreshness.stale;
  const tile = (name: string, number: string, text: string): Html =>
    html`<div><dt>${name}</dt><dd><b>${number}</b><span>${text}</span></dd></div>`;
  const stored = sizeBytes === 0 ? "" : `, ${bytesText(sizeBytes)}`;
  return html`<dl class="tiles">
${tile("Targets", String(targets), byFreshness.unknown === 0 ? "all read" : `${byFreshness.unknown} can't be read`)}
${tile("Fresh", evaluated === 0 ? "–" : `${byFreshness.fresh} of ${evaluated}`, `${byFreshness.stale} stale, ${byFreshness.unjudged} without maxAge`)}
${tile("Snapshots", String(snapshots), `${byMark.going} pruned next, ${byMark.failed} failed${stored}`)}
${tile("Missed runs", String(byMark.missed), `${byMark.due} due, ${byMark.untracked} untracked snapshots`)}
</dl>`;
}

function concernItem({ target, look, label, text }: Concern, anchorOf: (target: ReportTarget) => string): Html {
  const where =
    target === undefined
      ? undefined
      : html`<a href="#${anchorOf(target)}">${targetName(target)}</a> <span class="soft">on ${target.platformTitle}</span>: `;
  const what = look === "unknown" || look === "stale" ? pill(look) : html`<b>${markIcon(look)} ${label}</b>`;
  return html`<li><span>${what}</span><span>${where}${text}</span></li>\n`;
}

function concerns(report: Report, anchorOf: (target: ReportTarget) => string): Html {
  const all = concernsIn(report);
  const list =
    all.length === 0
      ? html`<p>Nothing: every target was read, and nothing is stale, missed, failed or untracked.</p>`
      : html`<ul class="concerns">${all.map((each) => concernItem(each, anchorOf))}</ul>`;
  return html`<section aria-labelledby="look"><h2 id="look">Needs a look</h2>${list}</section>`;
}

function overview({ targets, generatedAt }: Report, anchorOf: (target: ReportTarget) => string): Html {
  const columns: Column<ReportTarget>[] = [
    { head: "Target", cell: (target) => html`<a href="#${anchorOf(target)}">${targetName(target)}</a>` },
    { head: "Platform", cell: ({ platformTitle }) => platformTitle },
    { head: "State", cell: ({ freshness }) => pill(freshness), isShort: true },
    {
      head: "Newest usable",
      cell: (target) => newestText(target, generatedAt),
    },
    { head: "Snapshots", cell: ({ snapshots, problem }) => (problem === null ? snapshots.length : "unknown") },
  ];
  return html`<section aria-labelledby="overview"><h2 id="overview">Overview</h2>${table("All targets and how old their newest usable snapshot is", columns, targets)}</section>`;
}

function snapshotTable({ snapshots, ...target }: ReportTarget, nowIso: string): Html {
  const columns: Column<ReportSnapshot>[] = [
    {
      head: "Taken (UTC)",
      cell: ({ createdAt }) =>
        createdAt === null
          ? "unknown"
          : html`${timeText(createdAt)} <span class="soft">${agoText(createdAt, nowIso)}</span>`,
    },
    { head: "What becomes of it", cell: (snapshot) => html`${markIcon(snapshot.fate)} ${fateText(snapshot)}` },
    { head: "Size", cell: (snapshot) => sizeText(snapshot), isShort: true },
    { head: "Verified", cell: ({ verifiedAt }) => (verifiedAt === null ? "" : timeText(verifiedAt)), isShort: true },
    {
      head: "Id",
      cell: ({ snapshotId }) =>
        html`<span class="${snapshotId.length > SHORT_ID ? "id" : "id short"}">${snapshotId}</span>`,
    },
    { head: "Managed by", cell: ({ managedBy }) => managedBy.map(nameInUrn).join(", ") },
  ];
  return table(`Snapshots of ${targetName({ ...target })}, newest first`, columns, snapshots);
}

function details(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

function slotList(target: ReportTarget): Html {
  const slots = slotsOf(target);
  if (slots.length === 0) return html``;
  const items = slots.map(
    ({ at, state, policy }) =>
      html`<li>${markIcon(state)} ${timeText(at)} UTC, ${marks[state].label.toLowerCase()}, policy ${policy}</li>`,
  );
  return details(
    `${count(slots.length, "scheduled time")} without a snapshot`,
    html`<ul class="policies">${items}</ul>`,
  );
}

function targetSection(target: ReportTarget, report: Report, anchor: string): Html {
  const { platformTitle, stacks, problem, policies, snapshots } = target;
  const { generatedAt } = report;
  const where =
    stacks.length === 0
      ? platformTitle
      : `${platformTitle}, ${stacks.length === 1 ? "stack" : "stacks"} ${stacks.join(", ")}`;
  const unread = problem === null ? undefined : html`<p class="problem"><b>Can't be read:</b> ${problem}</p>`;
  const unforeseen = policies.flatMap(({ name, problem: why }) =>
    why === null ? [] : [html`<p class="problem"><b>Policy ${name}</b> can't be foreseen: ${why}</p>`],
  );
  const own = policies.map((policy) => html`<li><b>${policy.name}</b>: ${policySentence(policy)}</li>`);
  const all =
    problem !== null
      ? undefined
      : snapshots.length === 0
        ? html`<p>The platform lists no snapshot of it.</p>`
        : details(
            snapshots.length === 1 ? "The one snapshot" : `All ${snapshots.length} snapshots`,
            snapshotTable(target, generatedAt),
          );
  return html`<article class="target" id="${anchor}" aria-labelledby="${anchor}-name"><header><h3 id="${anchor}-name">${targetName(target)}</h3>${pill(target.freshness)}</header>
<p class="soft small">${where}</p>${unread}${unforeseen}
<p>${ageSentence(target, generatedAt)}</p>${ageBar(target, generatedAt)}
${own.length === 0 ? undefined : html`<ul class="policies">${own}</ul>`}
${timeline(target, generatedAt, anchor)}${slotList(target)}${all}</article>\n`;
}

function key(): Html {
  const entries = markOrder.map(
    (mark) => html`<div>${markIcon(mark)}<dt>${marks[mark].label}</dt><dd>${marks[mark].meaning}</dd></div>`,
  );
  return html`<section aria-labelledby="key"><h2 id="key">How to read it</h2><dl class="key">${entries}
<div>${markIcon("verified")}<dt>Verified</dt><dd>kept, and its archive was checked and found whole</dd></div>
<div><span class="line-icon" aria-hidden="true"></span><dt>Now</dt><dd>when this page was written; a bar's mark is the maxAge</dd></div></dl></section>`;
}

/** Formats a report as one page without network requests or scripts. Everything that is not our own text is escaped. */
export function pageOf(report: Report, version: string): string {
  const { generatedAt, stacks, targets, notes } = report;
  const anchors = new Map(targets.map((target, index) => [target, `target-${index + 1}`]));
  const anchorOf = (target: ReportTarget): string => anchors.get(target) ?? "";
  const of =
    stacks.length === 0
      ? undefined
      : html` · ${stacks.length === 1 ? "stack" : "stacks"} ${stacks.map(({ name }) => name).join(", ")}`;
  const left = notes.map((note) => html`<p>${note}</p>`);
  const sections = targets.map((target) => targetSection(target, report, anchorOf(target)));
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Backup report, ${timeText(generatedAt)} UTC</title>
${style}</head><body>${markShapes}<div class="page">
<header><h1>Backup report</h1><p class="soft">${timeText(generatedAt)} UTC${of}</p>${tiles(report)}</header>
<main>${concerns(report, anchorOf)}
${targets.length === 0 ? html`<p>There is no target to show.</p>` : overview(report, anchorOf)}
${targets.length === 0 ? undefined : html`<section aria-labelledby="targets"><h2 id="targets">Targets</h2>${sections}</section>`}
${key()}</main>
<footer>${left}<p>All times are UTC. Made by pulumi-snapshots ${version} from what the platforms listed and the stacks' states held at ${timeText(generatedAt)}.</p></footer>
</div></body></html>
`.markup;
}
