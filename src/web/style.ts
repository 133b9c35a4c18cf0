/** The one style sheet. Tables become cards on a narrow screen, unless they are narrow themselves: nothing scrolls sideways at 360 px. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --soft: light-dark(#5a5a5a, #a8a8a8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 3rem; font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 0 2rem; border-bottom: 1px solid var(--line); }
.name { font-weight: 600; margin: .75rem 0; }
nav { margin: .75rem 0; display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
.demo { border: 1px solid var(--line); padding: .5rem .75rem; }
.en { color: var(--soft); font-size: .85em; }
h1 { font-size: 1.4rem; line-height: 1.3; }
h2 { font-size: 1.15rem; line-height: 1.4; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.within ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0; }
input, button { font: inherit; padding: .35rem .6rem; max-width: 100%; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid var(--line); }
table[role] { table-layout: fixed; }
[role]:not(.narrow) > thead th:first-child { width: 34%; }
ol li { margin: 0 0 .5rem; }
ol li p { margin: 0; }
caption { text-align: left; font-weight: 600; padding: .5rem 0 .25rem; }
tbody th { font-weight: inherit; }
.rule { margin: 0 0 1.5rem; }
.notes { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0 0; padding-left: .5rem; }
.notes dt { margin: 0; font-weight: inherit; color: var(--soft); }
dd ul, td ul { margin: 0; padding-left: 1.2em; }
.hash code { overflow-wrap: anywhere; }
thead th { font-size: .85rem; }
td code, td time { white-space: nowrap; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem; }
@media screen and (max-width: 48rem) {
  table:not(.narrow) thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  table:not(.narrow), :not(.narrow) > caption, :not(.narrow) > tbody { display: block; }
  :not(.narrow) > tbody > tr { display: block; border: 1px solid var(--line); border-radius: .4rem; margin: 0 0 1rem; padding: .25rem .5rem; }
  :not(.narrow) > tbody > tr > * { display: block; border: 0; padding: .15rem 0; }
  :not(.narrow) > tbody > tr > *::before { content: attr(data-label) " "; color: var(--soft); font-size: .85rem; }
  td code { white-space: normal; }
  .notes { display: block; padding-left: 0; }
  .notes dt { margin-top: .25rem; font-size: .85em; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, form { display: none; }
  h2, h3, caption { break-after: avoid; }
  tr, .rule, li { break-inside: avoid; }
}
`.trimStart()
