import type { SourceCertainty } from '../../domain/calendar/dated-rows.js'
import { computeFirstRepairDay, findLegalNumber, type ListKind } from '../../domain/listing/lists.js'
import { sealEntry } from '../../domain/publication/snapshot.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { daysBetween } from '../../foundation/time/dates.js'
import type { PublicBody } from '../../store/listing/listings.js'
import type { SignedEntry } from '../../store/publication/public-list.js'
import { renderDate } from '../blacklist/page.js'
import { bilingual, cacheByLanguage, type Html, html, linkTo, publishedText } from '../frame/html.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { prefectureOf } from '../frame/prefectures.js'

interface TermLineDays extends Pick<PublicBody, 'decidedOn' | 'publishedOn'> {
  endsOn: string
  earliest: string | null
  today: string
}

const [WIDTH, LEFT, RIGHT, LINE] = [640, 12, 628, 14]

/** The legend repeats the days, because points on the line may be too close for labels. */
const drawTermLine = ({ decidedOn, publishedOn, endsOn, earliest, today }: TermLineDays): Html => {
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
<svg viewBox="0 0 ${WIDTH} 28" role="img" aria-label="${bilingual('时间线，各日期见下', 'Time line; its days stand below')}">
<line class="rest" x1="${LEFT}" y1="${LINE}" x2="${RIGHT}" y2="${LINE}"/>
<line class="gone" x1="${LEFT}" y1="${LINE}" x2="${at(today)}" y2="${LINE}"/>
${marks.map(({ on, what }) => html`<circle class="${what}" cx="${at(on)}" cy="${LINE}" r="${what === 'today' ? 9 : 6}"/>`)}
</svg>
<figcaption><ol>${marks.map(({ on, zh, en, what }) => html`<li class="${what}">${bilingual(zh, en)} <time datetime="${on}">${on}</time></li>`)}</ol></figcaption>
</figure>`
}

export interface EntryContent {
  entry: SignedEntry
  list: ListKind | undefined
  today: string
  base: string
}

export const entryPage = (shown: EntryContent): SitePage => {
  const { body } = shown.entry
  return sitePage(
    { zh: body.name, en: 'an entry of the blacklist', named: true },
    html`${state(shown)}
${facts(shown)}
${termSection(shown)}
${measures(shown)}
${remediesSection(shown)}
${papersSection(shown)}
${verified(shown)}`,
  )
}

/** Marks a rule whose wording was not compared with the published law. */
const UNCONFIRMED = html` <small>${bilingual('（未经核实）', '(unconfirmed)')}</small>`

const sourcedItems = (rows: readonly (BilingualText & { mark: SourceCertainty })[]): Html =>
  html`<ul>${rows.map(({ zh, en, mark }) => html`<li>${bilingual(zh, en)}${mark === 'F' ? null : UNCONFIRMED}</li>\n`)}</ul>
${
  rows.some(({ mark }) => mark === 'M')
    ? html`<p class="note">${bilingual('未经核实的，条文尚未与公布的法定文本核对，以法定文本为准。', 'What is unconfirmed was not held against the published text of the law, which decides.')}</p>`
    : null
}`

const state = ({ entry: { body } }: EntryContent): Html =>
  html`<p class="state">${body.endsOn === null ? bilingual('公示中', 'published') : bilingual(`公示中，至 ${body.endsOn} 止`, `published; ${body.endsOn} is the last day`)}</p>
${body.contested ? html`<p class="contested notice">${bilingual('有异议，正在核查：有人对所依据的记录提出异议，结论作出前请谨慎使用。', 'Under objection, being examined: the record that it rests on is disputed; use it with care until that is decided.')}</p>` : null}`

const row = (zh: string, en: string, value: Html | null): Html | null =>
  value && html`<div><dt>${bilingual(zh, en)}</dt><dd>${value}</dd></div>\n`

const facts = ({ entry: { body }, list }: EntryContent): Html => {
  const place = prefectureOf(body.region)
  return html`<dl class="facts">
${row('统一社会信用代码', 'Code', body.uscc === null ? null : html`<code>${body.uscc}</code>`)}${row('所在地', 'Region', place && bilingual(place.zh, place.en))}${row('列入事由', 'Reason', publishedText(body.reason))}${row('列入依据', 'Legal basis', publishedText(body.basis))}${row('决定机关', 'Authority', publishedText(body.authority))}${row('决定文号', 'Document', publishedText(body.documentNumber))}${row('决定日期', 'Decided', renderDate(body.decidedOn))}${row('公示日期', 'Published', renderDate(body.publishedOn))}${row('届满日期', 'Ends on', body.endsOn === null ? bilingual('未定，经决定移出', 'not fixed: it ends by a decision') : renderDate(body.endsOn))}${row('名单类别', 'List', list ? bilingual(list.zh, list.en) : html`${body.list}`)}</dl>`
}

const termSection = ({ entry: { body }, list, today }: EntryContent): Html | null => {
  if (body.endsOn === null) return null
  const earliest = list ? repairFrom(body, list, today) : null
  const left = daysBetween(today, body.endsOn) + 1
  return html`<section aria-labelledby="until">
<h2 id="until">${bilingual('至何时', 'Until when')}</h2>
<p>${bilingual(`还有 ${left} 日（含当日）：公示至 ${body.endsOn} 止，次日起不再公示。`, `${left === 1 ? '1 day is' : `${left} days are`} left, today included: ${body.endsOn} is the last day, and from the next it is no longer published.`)}</p>
${drawTermLine({ decidedOn: body.decidedOn, publishedOn: body.publishedOn, endsOn: body.endsOn, earliest, today })}
</section>`
}

const repairFrom = (body: PublicBody, list: ListKind, today: string): string | null =>
  list.repair === null ? null : computeFirstRepairDay(list, body.decidedOn, { from: body.decidedOn, on: today })

const renderPerList = (say: (list: ListKind) => Html | null): ((shown: EntryContent) => Html | null) => {
  const known = new WeakMap<ListKind, Html | null>()
  return ({ list }) => {
    if (list === undefined) return null
    if (!known.has(list)) {
      const said = say(list)
      known.set(list, said && cacheByLanguage(said))
    }
    return known.get(list) ?? null
  }
}

const measures = renderPerList((list) =>
  list.measures.length > 0
    ? html`<section aria-labelledby="measures">
<h2 id="measures">${bilingual('惩戒措施', 'Measures')}</h2>
${sourcedItems(list.measures)}
</section>`
    : null,
)

const remediesSection = (shown: EntryContent): Html => html`<section aria-labelledby="ways">
${TO_OBJECT}
${repair(shown.entry.body, shown.list, shown.today)}
${removals(shown)}
</section>`

const TO_OBJECT = cacheByLanguage(html`<h2 id="ways">${bilingual('异议与信用修复', 'To object, and to repair')}</h2>
<h3>${bilingual('提出异议', 'To object')}</h3>
<p>${bilingual('对列入有异议的，可向上列决定机关提出；不服列入决定的，可依法申请行政复议或者提起行政诉讼。', 'Whoever disputes this entry may turn to the deciding authority named above; against the decision, reconsideration or a suit is open as the law says.')}</p>
<p>${bilingual('被列入者本人凭决定书所附的登录码，可在本站查看所依据的记录，对记录提出异议，申请修复：', 'The operator itself, by the access code served with the decision, can read here the records behind this entry, object to them, and apply for repair:')} <a href="${linkTo('/my')}">${bilingual('我的记录', 'My record')}</a></p>`)

const removals = renderPerList(
  (list) => html`<h3>${bilingual('移出途径', 'Ways off the list')}</h3>
${sourcedItems(list.removals)}`,
)

const repair = (body: PublicBody, list: ListKind | undefined, today: string): Html | null => {
  const earliest = list ? repairFrom(body, list, today) : null
  if (!list?.repair || earliest === null) return null
  const confirmed = findLegalNumber(list, 'REPAIR_MIN_MONTHS', body.decidedOn)?.confirmed === true
  return html`<h3>${bilingual('申请信用修复（提前移出）', 'To apply for repair (early removal)')}</h3>
<p>${bilingual(`最早可于 ${earliest} 申请`, `The earliest day is ${earliest}`)}${confirmed ? null : UNCONFIRMED}</p>
<p>${bilingual(`申请入口：${list.repair.zh}`, `Where to apply: ${list.repair.en}`)}${list.repair.mark === 'F' ? null : UNCONFIRMED}</p>`
}

const PAPER_WORDS: Record<string, BilingualText> = {
  NOTICE: { zh: '列入告知书', en: 'Notice before listing' },
  DECISION: { zh: '列入决定书', en: 'Decision' },
  REPAIR_NOTICE: { zh: '信用修复告知书', en: 'Repair notice' },
  REMOVAL: { zh: '移出决定书', en: 'Removal' },
}

const papersSection = ({ entry: { body, papers } }: EntryContent): Html | null =>
  papers.length === 0
    ? null
    : html`<section aria-labelledby="papers">
<h2 id="papers">${bilingual('文书（已隐去个人信息）', 'Documents (personal data masked)')}</h2>
<ul>${papers.map((kind) => {
        const words = PAPER_WORDS[kind]
        return html`<li><a href="/blacklist/${body.id}/documents/${kind}" download>${words ? bilingual(words.zh, words.en) : kind}</a></li>\n`
      })}</ul>
</section>`

const verified = ({ entry, base }: EntryContent): Html => {
  const { body, salt, line, hash, sequence, validUntil } = entry
  const same = line !== null && sealEntry(body as unknown as Record<string, unknown>, salt).line === line
  return html`<section aria-labelledby="verify">
<h2 id="verify">${bilingual('与签名清单核对', 'Held against the signed manifest')}</h2>
${
  same && sequence !== null && hash !== null
    ? html`<p class="good">${bilingual(`一致：本页内容即签名名单第 ${sequence} 期所载。`, `The same: this page says what sequence ${sequence} of the signed list says.`)}</p>
<dl class="facts">${row('期号', 'Sequence', html`${sequence}`)}${row('本条哈希（SHA-256，加盐）', 'Hash of the entry (SHA-256, salted)', html`<code class="hash">${hash}</code>`)}${row('签名有效至', 'Signed until', validUntil && html`${formatShanghaiMinute(validUntil)}`)}</dl>
<p>${bilingual('自行核对：取名单，找到本条，重算哈希；两行应相同。', 'To see for yourself: fetch the list, find the entry, work out its hash; both lines should be the same.')}</p>
<pre tabindex="0"><code>${commands(base, body.id)}</code></pre>
<p><a href="${linkTo('/data', {}, '#verify')}">${bilingual('核对整份名单和签名', 'Verify the whole list and its signature')}</a></p>`
    : html`<p class="notice">${bilingual('本条刚有变动，尚未列入签名名单；下一期公布后即可核对。', 'This entry has just changed and is not in the signed list yet: it can be held against the next sequence.')}</p>`
}
</section>`
}

export const formatShanghaiMinute = (instant: Date): string => MINUTE.format(instant).slice(0, 16)

const MINUTE = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })

const commands = (base: string, id: string): string =>
  `curl -s ${base}/data/blacklist.jsonl | grep '"id":"${id}"' > entry.json
sed 's/,"hash":"[0-9a-f]*"}$/}/' entry.json | tr -d '\\n' | sha256sum | cut -c1-64
sed 's/.*"hash":"\\([0-9a-f]*\\)"}$/\\1/' entry.json`

/** This page has status 410 and no name: the operator is no longer listed. */
export const endedEntryPage = (): SitePage =>
  sitePage(
    { zh: '该记录已结束公示', en: 'No longer published' },
    html`<p>${bilingual('此条记录的公示已经结束，内容不再显示。', 'This entry is no longer published, and what it said is no longer shown.')}</p>
<p>${bilingual('持有旧副本的，请一并删除：期满、修复或者撤销之后不得继续使用。', 'Whoever holds an older copy should delete it: after its end an entry may no longer be used.')}</p>
<p><a href="${linkTo('/blacklist')}">${bilingual('查看现行名单', 'Read the list as it is now')}</a></p>`,
  )
