const DARK = `
--paper: #161b21; --ground: #0f1317; --ink: #e6eaee; --soft: #aab4bf; --line: #323b45; --edge: #7d8894;
--own: #8fc1f0; --own-ink: #0f1317; --tint: #1e2a36; --warn: #ffb77a; --warn-tint: #33230f; --good: #8fd6ad; --good-tint: #14291d;
--gone: #e09a66; --shade-0: #20272e; --shade-1: #23384c; --shade-2: #2b4f72; --shade-3: #3f76ab; --shade-4: #7ba6cf; --shade-5: #adc8e2;
`

/** On screens below 48rem, tables without the class `narrow` become cards. */
export const SITE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ground: #f5f7f9; --ink: #1c2530; --soft: #515c68; --line: #d5dce3; --edge: #7d8894;
  --own: #1f4e79; --own-ink: #ffffff; --tint: #e8eff6; --warn: #8a3b00; --warn-tint: #fdf1e4; --good: #17603a; --good-tint: #e7f4ec;
  --gone: #b4622d; --shade-0: #eef1f4; --shade-1: #d6e3f0; --shade-2: #adc8e2; --shade-3: #7ba6cf; --shade-4: #3f76ab; --shade-5: #1f4e79;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) {${DARK}}
  :root:not([data-theme=light]) .to-dark { display: none; }
  :root:not([data-theme]) .to-light { display: inline; }
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; ${DARK}}
.to-light, [data-theme=dark] .to-dark { display: none; }
[data-theme=dark] .to-light { display: inline; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; font: 1rem/1.65 system-ui, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "HanaMinA", "HanaMinB", "Jigmo", "Jigmo2", "SimSun-ExtB", "Noto Serif CJK SC", sans-serif; }
a { color: var(--own); text-underline-offset: .2em; text-decoration-thickness: .06em; }
a:hover { text-decoration-thickness: .14em; }
:focus-visible { outline: 3px solid var(--own); outline-offset: 2px; border-radius: 2px; }
main { flex: 1; }
main:focus { outline: none; }
.skip { position: absolute; left: -999rem; top: 0; background: var(--paper); padding: .75rem 1rem; z-index: 1; }
.skip:focus { left: .5rem; top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.wide, main { width: 100%; max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }

.top { background: var(--paper); border-top: 4px solid var(--own); border-bottom: 1px solid var(--line); }
.top .wide { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.75rem; padding-top: .8rem; padding-bottom: .8rem; }
.name { font-weight: 650; margin: 0 auto 0 0; }
.name a { color: inherit; text-decoration: none; }
.top nav ul, .foot nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0; padding: 0; }
.top nav a { text-decoration: none; padding: .3rem 0; display: inline-block; }
.top nav a:hover { text-decoration: underline; }
.top nav a[aria-current] { color: var(--ink); font-weight: 600; box-shadow: 0 2px 0 var(--own); }
.lang { margin: 0; }
.demo { background: var(--warn-tint); color: var(--warn); border-bottom: 1px solid var(--line); }
.demo p { max-width: 68rem; margin: 0 auto; padding: .45rem 1.25rem; font-size: .9rem; }
.foot { margin-top: 3rem; background: var(--paper); border-top: 1px solid var(--line); font-size: .9rem; color: var(--soft); }
.foot .wide { padding-top: 1.25rem; padding-bottom: 2rem; }
.foot p { margin: .75rem 0 0; }

h1 { font-size: 1.6rem; line-height: 1.35; margin: 1.75rem 0 1rem; font-weight: 650; }
h1 small { font-size: .62em; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.2rem; line-height: 1.4; margin: 2.5rem 0 .75rem; font-weight: 650; }
h3 { font-size: 1.02rem; line-height: 1.45; margin: 1.5rem 0 .4rem; font-weight: 650; }
p { margin: .6rem 0; }
main p, main li { max-width: 54rem; }
.entries li, .totals li, main .notice, main .state, main .good { max-width: none; }
.lead { font-size: 1.08rem; max-width: 46rem; }
.note { color: var(--soft); font-size: .9rem; }
ul, ol { padding-left: 1.3em; }
code, pre { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; font-size: .9em; }
pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; line-height: 1.5; overflow-wrap: normal; white-space: pre; }
.hash { overflow-wrap: anywhere; }
.notice, .state, .good { border-left: 4px solid var(--own); background: var(--tint); padding: .6rem .9rem; border-radius: 0 6px 6px 0; }
.contested { color: var(--warn); }
.notice.contested { background: var(--warn-tint); border-color: var(--warn); }
.good { background: var(--good-tint); border-color: var(--good); color: var(--good); }

form.search { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin: 1rem 0 1.5rem; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
.row { display: flex; gap: .6rem; }
.row input { flex: 1; min-width: 0; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 6px; padding: .5rem .7rem; max-width: 100%; min-height: 2.75rem; }
button { background: var(--own); border-color: var(--own); color: var(--own-ink); font-weight: 600; cursor: pointer; white-space: nowrap; }
button:hover { filter: brightness(1.12); }
.search .note { margin: .5rem 0 0; }
details { margin-top: .75rem; }
summary { cursor: pointer; padding: .3rem 0; color: var(--own); width: fit-content; }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: .8rem 1.1rem; margin-top: .5rem; align-items: end; }
.filters p { margin: 0; min-width: 0; }
.filters select { text-overflow: ellipsis; }
.filters select, .filters input[type=date] { width: 100%; }
.tick { display: flex; align-items: center; gap: .5rem; min-height: 2.75rem; }
.tick input { min-height: 0; width: 1.25rem; height: 1.25rem; flex: none; }
.tick label { margin: 0; font-weight: 400; }

h2.count { margin-top: 1.5rem; }
.chosen { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0 1rem; }
.chosen a { display: inline-block; position: relative; background: var(--tint); border-radius: 1rem; padding: .25rem .85rem; text-decoration: none; }
.entries { list-style: none; padding: 0; margin: 1rem 0; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
.entries li { margin: 0; }
.entries li + li { border-top: 1px solid var(--line); }
.entries article { padding: .95rem 1.25rem; display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: .1rem 2rem; }
.entries h3 { margin: 0; font-size: 1.05rem; }
.entries p { margin: 0; }
.entries .who { color: var(--soft); grid-column: 1; }
.entries .why { grid-column: 2; grid-row: 1; }
.entries .by { grid-column: 1; color: var(--soft); font-size: .9rem; }
.entries .when { grid-column: 2; grid-row: 2 / span 2; font-size: .9rem; color: var(--soft); }
.entries article:has(.told) { grid-template-rows: auto auto 1fr; }
.entries .facts { grid-column: 1 / -1; border: 0; margin: .3rem 0 0; padding: 0; }
.entries .told { grid-column: 2; grid-row: 1 / span 3; }
.entries time { color: var(--ink); white-space: nowrap; }
.pages { display: flex; gap: 1.5rem; margin: 1rem 0; }
.empty { background: var(--paper); border: 1px dashed var(--edge); border-radius: 10px; padding: .6rem 1.25rem; }
.take { display: flex; flex-wrap: wrap; gap: 0 2rem; }

.facts { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: .3rem 1.25rem; margin: 1rem 0; }
.facts > div { display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: .1rem 1.25rem; padding: .5rem 0; }
.facts > div + div { border-top: 1px solid var(--line); }
dt { font-weight: 600; }
.facts dt { color: var(--soft); font-weight: 400; }
dd { margin: 0; }
dl:not([class]) > dt { margin-top: .75rem; }
article img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
blockquote { margin: .75rem 0; border-left: 4px solid var(--line); padding: .1rem 1rem; }
.others { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; list-style: none; padding: 0; }
.totals { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.25rem 0 .5rem; }
.totals li { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1.1rem; }
.totals a { color: inherit; text-decoration: none; display: block; }
.totals a:hover { text-decoration: underline; }
.totals strong { display: block; font-size: 1.9rem; line-height: 1.2; font-weight: 650; color: var(--own); font-variant-numeric: tabular-nums; }
.totals.small strong { font-size: 1.3rem; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
.chart { margin: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.25rem 1rem; min-width: 0; }
.chart h3 { margin: 0; }
.chart figcaption p { margin: .1rem 0 .75rem; font-size: .88rem; color: var(--soft); }
.chart svg, .term svg { display: block; width: 100%; height: auto; }
svg text { font-size: 12px; fill: var(--soft); font-family: inherit; }
svg .figure { fill: var(--ink); font-weight: 600; }
svg .number { font-size: 17px; font-weight: 650; fill: var(--ink); }
svg .place { fill: var(--ink); font-size: 14px; }
svg .place.small { font-size: 10.5px; }
svg .ground { stroke: var(--edge); stroke-width: 1; }
svg .in-force, svg .came { fill: var(--own); }
svg .left { fill: var(--gone); }
.shade-0 rect { fill: var(--shade-0); } .shade-1 rect { fill: var(--shade-1); } .shade-2 rect { fill: var(--shade-2); }
.shade-3 rect { fill: var(--shade-3); } .shade-4 rect { fill: var(--shade-4); } .shade-5 rect { fill: var(--shade-5); }
.shade-4 text, .shade-5 text { fill: #ffffff !important; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) .shade-3 text { fill: #ffffff !important; } :root:not([data-theme=light]) :is(.shade-4, .shade-5) text { fill: #0f1317 !important; } }
[data-theme=dark] .shade-3 text { fill: #ffffff !important; } [data-theme=dark] :is(.shade-4, .shade-5) text { fill: #0f1317 !important; }
.chart details { font-size: .9rem; }
.term { margin: 1rem 0; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.25rem; }
.term line { stroke-width: 4; stroke-linecap: round; }
.term .rest { stroke: var(--line); } .term .gone { stroke: var(--own); }
.term circle { fill: var(--paper); stroke: var(--own); stroke-width: 3; }
.term circle.today { fill: var(--own); } .term circle.may { stroke: var(--good); } .term circle.end { stroke: var(--gone); }
.term ol { list-style: none; padding: 0; margin: .4rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1.75rem; font-size: .9rem; }
.term li::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .4em; border: 2px solid var(--own); border-radius: 50%; background: var(--paper); }
.term li.today::before { background: var(--own); } .term li.may::before { border-color: var(--good); } .term li.end::before { border-color: var(--gone); }
.term time { display: block; color: var(--soft); }
.term li.today { font-weight: 600; }

table { border-collapse: collapse; width: 100%; background: var(--paper); }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid var(--line); }
table[role] { table-layout: fixed; }
[role]:not(.narrow) > thead th:first-child { width: 34%; }
[role].numbers { table-layout: auto; }
[role].numbers > thead th:first-child { width: auto; }
.numbers th, .numbers td { padding: .5rem .2rem; }
.numbers th[scope=col] { font-size: .75rem; }
@media (min-width: 60rem) { .numbers th[scope=col] { overflow-wrap: normal; } }
.numbers td { white-space: nowrap; }
.numbers td, .numbers th[scope=col]:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
ol li { margin: 0 0 .5rem; }
ol li p { margin: 0; }
caption { text-align: left; font-weight: 600; padding: .5rem 0 .35rem; background: var(--ground); }
.chart caption { background: var(--paper); }
tbody th { font-weight: inherit; }
thead th { font-size: .85rem; color: var(--soft); }
td code, td time { white-space: nowrap; }
dd ul, td ul { margin: 0; padding-left: 1.2em; }
.rule { margin: 0 0 1.5rem; }
.notes { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0 0; padding-left: .5rem; }
.notes dt { margin: 0; font-weight: inherit; color: var(--soft); }
.within ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; padding: 0; margin: 1rem 0 0; }
.search textarea, .act textarea { width: 100%; font: inherit; padding: .6rem .75rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--paper); color: var(--ink); resize: vertical; }
.search input[type=file] { max-width: 100%; margin-bottom: .6rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
.buttons a { display: inline-flex; align-items: center; min-height: 2.75rem; padding: .5rem .7rem; border-radius: 6px; background: var(--own); color: var(--own-ink); font-weight: 600; text-decoration: none; }
.search .note + label, .search .row + label, .search input + label, .search fieldset { margin-top: .9rem; }
.search label + textarea { margin-bottom: 0; }
button.plain { background: var(--paper); color: var(--own); border: 1px solid var(--own); }
.act { border: 1px solid var(--line); border-radius: 10px; background: var(--paper); padding: .5rem 1.25rem 1rem; margin: 1rem 0; min-width: 0; }
.act legend { font-weight: 600; padding: 0 .4rem; }
.act select { max-width: 100%; }
.mine { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 2rem; border-bottom: 1px solid var(--line); margin-bottom: 1rem; padding-bottom: .6rem; }
.mine ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0; padding: 0; }
.mine form { margin-left: auto; }
@media screen and (max-width: 48rem) {
  .entries article, .facts > div { display: block; }
  .entries .why, .entries .when { margin-top: .25rem; }
  .facts dd { margin-bottom: .15rem; }
  .term ol { display: block; }
  .term time { display: inline; margin-left: .3em; }
  table:not(.narrow) thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table:not(.narrow), :not(.narrow) > caption, :not(.narrow) > tbody { display: block; }
  :not(.narrow) > tbody > tr { display: block; border: 1px solid var(--line); border-radius: 6px; margin: 0 0 1rem; padding: .35rem .75rem; background: var(--paper); }
  :not(.narrow) > tbody > tr > * { display: block; border: 0; padding: .15rem 0; }
  :not(.narrow) > tbody > tr > *::before { content: attr(data-label) " "; color: var(--soft); font-size: .85rem; }
  table:not(.narrow) { background: none; }
  .numbers > tbody > tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0 .5rem; }
  .numbers > tbody th { grid-column: 1 / -1; font-weight: 600; }
  .numbers > tbody td { text-align: left; }
  td code { white-space: normal; }
  .notes { display: block; padding-left: 0; }
  .notes dt { margin-top: .25rem; font-size: .85em; }
}
@media screen and (max-width: 26rem) {
  .wide, main, .demo p { padding-left: .9rem; padding-right: .9rem; }
  .totals { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .totals li { padding: .6rem .75rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ground: #fff; --ink: #000; --soft: #333; --line: #999; --own: #000; --tint: #fff; --warn: #000; --warn-tint: #fff; --good: #000; --good-tint: #fff; }
  body { display: block; font-size: 10pt; line-height: 1.45; }
  .wide, main { max-width: none; padding: 0; }
  .top { border-top: 0; }
  .top nav, .lang, .skip, .foot nav, form, .pages, .take, .chart details, .within, .mine { display: none !important; }
  .foot { margin-top: 1rem; }
  a { color: inherit; text-decoration: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h1 { margin-top: .75rem; }
  h2, h3, caption { break-after: avoid; }
  tr, .rule, .entries li, .chart, .term, .facts > div { break-inside: avoid; }
}
`.trimStart()

export const ICON_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f4e79"/><path d="M8 10h16M8 16h16M8 22h10" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>
`
