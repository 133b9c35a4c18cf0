import type { BilingualText } from '../../foundation/text/words.js'
import { daysBetween } from '../../foundation/time/dates.js'
import { bilingual, bilingualPlainText, type Html, html } from '../frame/html.js'

export interface TermLineDays {
  decidedOn: string
  publishedOn: string
  endsOn: string
  earliest: string | null
  today: string
}

const [WIDTH, LEFT, RIGHT, LINE] = [640, 12, 628, 14]

/** The legend repeats the days, because points on the line may be too close for labels. */
export const drawTermLine = ({ decidedOn, publishedOn, endsOn, earliest, today }: TermLineDays): Html => {
  const whole = Math.max(1, daysBetween(decidedOn, endsOn))
  const at = (on: string): number =>
    Math.round(LEFT + Math.min(1, Math.max(0, daysBetween(decidedOn, on) / whole)) * (RIGHT - LEFT))
  const marks: (BilingualText & { on: string; what: string })[] = [
    { on: decidedOn, zh: '决定', en: 'decided', what: 'past' },
    { on: publishedOn, zh: '公示', en: 'published', what: 'past' },
    { on: today, zh: '今日', en: 'today', what: 'today' },
    ...(earliest !== null && earliest < endsOn
      ? [{ on: earliest, zh: '最早可申请修复', en: 'repair from', what: 'may' }]
      : []),
    { on: endsOn, zh: '届满', en: 'ends', what: 'end' },
  ]
  marks.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
  return html`<figure class="term">
<svg viewBox="0 0 ${WIDTH} 28" role="img" aria-label="${bilingualPlainText('时间线，各日期见下', 'Time line; its days stand below')}">
<line class="rest" x1="${LEFT}" y1="${LINE}" x2="${RIGHT}" y2="${LINE}"/>
<line class="gone" x1="${LEFT}" y1="${LINE}" x2="${at(today)}" y2="${LINE}"/>
${marks.map(({ on, what }) => html`<circle class="${what}" cx="${at(on)}" cy="${LINE}" r="${what === 'today' ? 9 : 6}"/>`)}
</svg>
<figcaption><ol>${marks.map(({ on, zh, en, what }) => html`<li class="${what}">${bilingual(zh, en)} <time datetime="${on}">${on}</time></li>`)}</ol></figcaption>
</figure>`
}
