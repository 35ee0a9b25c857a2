import { Html } from "./html";

/** The style of a page. Colours only repeat the meaning of shapes and words. */
export const style = new Html(`<style>
:root{color-scheme:light dark;--page:#fbfaf7;--card:#fff;--ink:#1b2026;--soft:#59636e;--line:#dcdfe3;--faint:#eef0f2;--accent:#0b5f73;
--kept:#0b6e63;--going:#8a5300;--untracked:#5b46b8;--failed:#b3261e;--missed:#b3261e;--due:#8a5300;--unfinished:#4b5763;--unlisted:#9a3412;--listed:#0b5f73;--next:#59636e}
@media (prefers-color-scheme:dark){:root{--page:#12161b;--card:#191e25;--ink:#e8ebee;--soft:#a3adb8;--line:#333b45;--faint:#232a33;--accent:#6fc7dc;
--kept:#4fc4b2;--going:#eab15c;--untracked:#b5a6ff;--failed:#ff8a80;--missed:#ff8a80;--due:#eab15c;--unfinished:#b4bec9;--unlisted:#fdba8c;--listed:#6fc7dc;--next:#a3adb8}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.page{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;letter-spacing:-.015em}
h2{font-size:1.15rem;margin:2.5rem 0 .75rem}
h3{font-size:1.05rem;margin:0;font-weight:650}
p{margin:.25rem 0}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
code,.id{font-family:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.shapes{position:absolute;width:0;height:0;overflow:hidden}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:1.5rem 0 0;padding:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.75rem .9rem}
.tiles dt{color:var(--soft);font-size:.875rem}
.tiles dd{margin:0}
.tiles dd b{display:block;font-size:1.6rem;line-height:1.2;font-weight:650}
.tiles dd span{font-size:.875rem;color:var(--soft)}
.concerns{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:10px}
.concerns li{display:grid;grid-template-columns:9.5rem 1fr;gap:.1rem 1rem;padding:.6rem .9rem}
.concerns b{font-size:.875rem;font-weight:600}.concerns .icon{margin-right:.15em}
.concerns li+li{border-top:1px solid var(--line)}
.pill{display:inline-flex;align-items:center;gap:.35em;font-size:.875rem;font-weight:600;white-space:nowrap}
.pill i{display:inline-grid;place-items:center;width:1.35em;height:1.35em;border:1.5px solid currentColor;border-radius:50%;font:700 .8em/1 system-ui,sans-serif;font-style:normal}
.pill.fresh{color:var(--kept)}.pill.stale,.pill.unknown{color:var(--failed)}.pill.unjudged{color:var(--soft)}
.pill.unknown i{border-radius:3px}.pill.stale i{background:currentColor}.pill.stale i span{color:var(--page)}
.target{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem 1.1rem 1.1rem;margin:0 0 1rem}
.target>header{display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline;justify-content:space-between}
.problem{border-left:4px solid var(--failed);background:var(--faint);padding:.5rem .75rem;margin:.6rem 0;border-radius:0 6px 6px 0}
.policies{margin:.5rem 0 0;padding:0;list-style:none;font-size:.875rem;color:var(--soft)}
.policies b{color:var(--ink)}
.age{display:block;max-width:26rem;margin:.35rem 0 .25rem}
.age .track{fill:var(--faint);stroke:var(--line)}
.age .fill{fill:var(--kept)}.age.stale .fill{fill:url(#hatch);stroke:var(--failed)}.age.unjudged .fill,.age.unknown .fill{fill:var(--soft)}
.age .limit{stroke:var(--ink);stroke-width:2}
.stripe{fill:var(--failed)}
.timeline{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 1rem;margin:1rem 0 .75rem}
.timeline>svg{overflow:visible;display:block;padding-right:0}
.timeline figcaption{grid-column:1/-1;color:var(--soft);font-size:.8125rem}
.lanes{list-style:none;margin:0;padding:0;font-size:.8125rem;line-height:26px;white-space:nowrap}
.lanes li{display:flex;align-items:center;gap:.4rem;height:26px}
.lanes li b{margin-left:auto;padding-left:.6rem;font-weight:600}
.lanes li.size{height:56px;flex-direction:column;align-items:flex-start;justify-content:flex-end;gap:0;line-height:1.35;padding-bottom:4px;color:var(--soft)}
.lanes li.size b{color:var(--ink);margin:0;padding:0}
.icon{width:18px;height:18px;flex:none;overflow:visible;vertical-align:-4px}
.m{fill:var(--c);stroke:var(--c);stroke-width:0;--c:var(--soft)}
.m.kept,.m.verified{--c:var(--kept)}.m.going{--c:var(--going)}.m.untracked{--c:var(--untracked)}.m.failed{--c:var(--failed)}.m.missed{--c:var(--missed)}
.m.due{--c:var(--due)}.m.unfinished{--c:var(--unfinished)}.m.unlisted{--c:var(--unlisted)}.m.listed{--c:var(--listed)}.m.next{--c:var(--next)}
.hollow{fill:var(--card);stroke:inherit;stroke-width:1.8}
.dashed{stroke-dasharray:2.6 2.2}
.line{fill:none;stroke:inherit;stroke-width:1.8;stroke-linecap:round}
.bold{stroke-width:2.4}
.cut{fill:none;stroke:var(--card);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.lane{stroke:var(--line);stroke-width:1}
.tick{stroke:var(--faint);stroke-width:1}.axis{stroke:var(--line);stroke-width:1}
.now{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
.date{fill:var(--soft);font-size:12px}
.bar{fill:var(--soft)}
details{margin-top:.5rem}
summary{cursor:pointer;font-weight:600;font-size:.9375rem;padding:.2rem 0}
table{width:100%;border-collapse:collapse;font-size:.875rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:600}
tbody th{font-weight:600}
thead th,td.short,.id.short,th .soft{white-space:nowrap}
.key{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.4rem 1.5rem;margin:0}
.key div{display:grid;grid-template-columns:18px minmax(0,auto) 1fr;gap:0 .5rem;align-items:start;align-content:start}
.key .icon{margin-top:3px}.key .line-icon{margin:12px 0 0;height:0;border-top:1.5px dashed var(--ink)}
.key dt{font-weight:600}.key dd{margin:0;color:var(--soft);grid-column:2/-1;font-size:.875rem}
footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
@media (max-width:44rem){
.page{padding:1.25rem .9rem 2rem}
.tiles{grid-template-columns:repeat(2,1fr);gap:.5rem}
.concerns li{grid-template-columns:1fr}
.target{padding:.8rem .85rem}
.timeline{gap:0 .7rem}.lanes{font-size:.75rem}.lanes li{gap:.25rem}.lanes li b{padding-left:.35rem}
.date.second{display:none}.bar{width:4px;x:-2px}.lanes li.size b{padding:0}
.key{grid-template-columns:1fr}
table,tbody,tr,th,td{display:block;width:100%}
caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-top:1px solid var(--line);padding:.45rem 0}
th,td{border:0;padding:.05rem 0}
td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
td.empty{display:none}
td.short{white-space:normal}
}
@media print{
:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--faint:#eee;--accent:#000;--kept:#00564d;--going:#6b4000;--untracked:#43319c;--failed:#8c1d18;--missed:#8c1d18;--due:#6b4000;--unfinished:#444;--unlisted:#7c2d12;--listed:#0b4a5a;--next:#444}
body{font-size:10.5pt}
.page{max-width:none;padding:0}
.target,.tiles,.concerns,tr,figure{break-inside:avoid}
h2,h3,summary,caption{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;display:block}
}
</style>`);
