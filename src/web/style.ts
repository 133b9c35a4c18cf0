/** The one style sheet. Wide tables become cards on a narrow screen: nothing scrolls sideways at 360 px. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --soft: light-dark(#5a5a5a, #a8a8a8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 3rem; font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 0 2rem; border-bottom: 1px solid var(--line); }
.name { font-weight: 600; margin: .75rem 0; }
nav { margin: .75rem 0; }
.demo { border: 1px solid var(--line); padding: .5rem .75rem; }
.en { color: var(--soft); font-size: .85em; }
h1 { font-size: 1.4rem; line-height: 1.3; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0; }
input, button { font: inherit; padding: .35rem .6rem; max-width: 100%; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid var(--line); }
thead th { font-size: .85rem; }
td code, td time { white-space: nowrap; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem; }
@media (max-width: 48rem) {
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; }
  tr { border: 1px solid var(--line); border-radius: .4rem; margin: 0 0 1rem; padding: .25rem .5rem; }
  td { border: 0; padding: .15rem 0; }
  td::before { content: attr(data-label) " "; color: var(--soft); font-size: .85rem; }
  td code { white-space: normal; }
}
`.trimStart()
