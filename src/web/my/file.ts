import { dayText } from '../blacklist/page.js'
import { minute } from '../entry/page.js'
import { type Html, html, inPageLanguage, linkTo, publishedText } from '../frame/html.js'
import { both, type SitePage } from '../frame/page.js'
import { table } from '../scorecard/card-table.js'
import { authorisations } from './authorisations.js'
import { doneNotice, form, listingPath, ownPage, PATHS, type PartyPageContext, refusalNotice } from './frame.js'
import type { PartyFile, PartyListing, PartyObjection, PartyRecord, PartyScore } from './questions.js'
import { ACTS, label, OBJECTIONS, RECORDS, REMOVALS, STANDINGS, STATES } from './words.js'

/** Maximum characters, as in work/scoring/objection. */
const STATEMENT_MOST = 1_000

export interface PartyFileContent {
  own: PartyPageContext
  file: PartyFile
  done: string | null
  refused: string | null
  statement: string
}

export const filePage = (shown: PartyFileContent): SitePage => {
  const { own, file } = shown
  return ownPage(
    own,
    { zh: file.name ?? own.code, en: 'my record', named: true },
    html`${doneNotice(shown.done)}${refusalNotice(shown.refused)}
${standing(file)}
${entries(file.listings)}
${file.score === null ? NO_SCORE : score(file.score)}
${objections(shown)}
${authorisations(own, file.authorisations)}`,
  )
}

export const row = (zh: string, en: string, value: Html | string | null): Html | null =>
  value ? html`<div><dt>${both(zh, en)}</dt><dd>${value}</dd></div>\n` : null

/** 1970-01-01 means that no list feed was ever read. */
const asOf = ({ asOf: at, stale }: PartyFile['standing']): Html =>
  new Date(at).getTime() === 0
    ? both('名单信源尚未有一次成功归集', 'no feed of lists has been read in whole yet')
    : html`${minute(new Date(at))} ${stale ? both('（已过时）', '(stale)') : null}`

const standing = ({ uscc, shop, formerNames, standing: now }: PartyFile): Html => html`<dl class="facts">
${row('代码', 'Code', html`<code>${uscc ?? shop ?? ''}</code>`)}${row('状态', 'Status', label(STANDINGS, now.status))}${row('曾用名', 'Former names', formerNames.length > 0 ? publishedText(formerNames.join('；')) : null)}${row('名单', 'Blacklist', now.listed ? html`<strong class="contested">${both('在名单上', 'on it')}</strong>` : both('不在名单上', 'not on it'))}${row('信息截至', 'True as of', asOf(now))}</dl>`

const entries = (listings: readonly PartyListing[]): Html => html`<section aria-labelledby="listings">
<h2 id="listings">${both('名单记录', 'Entries of lists')}</h2>
${
  listings.length === 0
    ? html`<p>${both('没有。', 'None.')}</p>`
    : html`<ul class="entries">${listings.map(entry)}</ul>`
}
</section>`

const entry = (one: PartyListing): Html => html`<li><article>
<h3><a href="${linkTo(listingPath(one.id))}">${one.list ? both(one.list.name.zh, one.list.name.en) : one.kind}</a></h3>
<p class="why">${publishedText(one.reason)}</p>
<p class="who">${label(STATES, one.state)}${one.removalReason && html`${inPageLanguage('：', ': ')}${label(REMOVALS, one.removalReason)}`}${one.contested ? both('（有异议）', '(under objection)') : null}${one.mirrored ? both('（其他机关决定，此处转录）', '(decided elsewhere, mirrored here)') : null}</p>
<p class="when">${one.publishedOn && html`${both('公示', 'published')} ${dayText(one.publishedOn)} `}${one.removedOn ? html`${both('移出', 'removed')} ${dayText(one.removedOn)}` : one.endsOn && html`${both('届满', 'ends')} ${dayText(one.endsOn)}`}</p>
<p class="by">${one.authority && publishedText(one.authority)} ${one.documentNumber && publishedText(one.documentNumber)}</p>
</article></li>\n`

const NO_SCORE = html`<section aria-labelledby="score"><h2 id="score">${both('信用评分', 'Score')}</h2><p>${both('尚未评分。', 'Not scored.')}</p></section>`

const score = (one: PartyScore): Html => html`<section aria-labelledby="score">
<h2 id="score">${both('信用评分', 'Score')}</h2>
<ul class="totals small"><li><strong>${one.value}</strong> ${both('分（0–1000）', 'points (0–1000)')}</li><li><strong>${one.grade}</strong> ${both('等级', 'grade')}</li></ul>
<p>${both(`按 ${one.asOf} 的事实，依评分卡`, `By the facts of ${one.asOf} and the scorecard`)} <a href="${linkTo(`/scorecard/${one.scorecard}`)}">${one.scorecard}</a>${one.nextChangeOn && both(`；事实不变的，下一次随时间变化之日为 ${one.nextChangeOn}`, `; time alone changes it next on ${one.nextChangeOn}`)}</p>
${one.objected ? html`<p class="notice">${both('所依据的信息有异议，正在核查。', 'A record behind it is under objection.')}</p>` : null}
${table({
  caption: { zh: '理由（各项之和恰为分值）', en: 'Reasons (they add up to the score)' },
  columns: [
    { zh: '理由', en: 'Reason' },
    { zh: '分值', en: 'Points' },
    { zh: '不再计入', en: 'Fades' },
    { zh: '所依据的信息', en: 'Records behind it' },
  ],
  rows: one.reasons.map((each) => [
    both(each.zh, each.en),
    signed(each.points),
    each.fadesOn ? dayText(each.fadesOn) : '—',
    each.records.length === 0
      ? '—'
      : html`<ul>${each.records.map((record) => html`<li>${recordLine(record)}</li>`)}</ul>`,
  ]),
})}
${wayBack(one)}
${lasting(one)}
</section>`

const signed = (points: number): string => (points > 0 ? `+${points}` : `${points}`.replace('-', '−'))

const recordLine = ({ kind, agencyName, validFrom }: PartyRecord): Html =>
  html`${label(RECORDS, kind)} ${both(agencyName.zh, agencyName.en)} ${validFrom && dayText(validFrom)}`

const UNCONFIRMED = html` <small>${both('（未经核实）', '(unconfirmed)')}</small>`

const wayBack = ({ wayBack: steps }: PartyScore): Html => html`<h3>${both('恢复途径', 'The way back up')}</h3>
${
  steps.length === 0
    ? html`<p>${both('没有可以恢复的失分。', 'There is nothing to regain.')}</p>`
    : html`<p>${both('依次办理；获准以后的分值如下。是否获准由认定单位决定。', 'In this order; the score once each is granted. Whether it is granted its authority decides.')}</p>
${table({
  caption: { zh: '恢复途径', en: 'The way back up' },
  columns: [
    { zh: '办法', en: 'What' },
    { zh: '最早', en: 'Earliest' },
    { zh: '恢复', en: 'Regained' },
    { zh: '之后的分值', en: 'Score after it' },
    { zh: '依据', en: 'Source' },
  ],
  rows: steps.map((step) => [
    html`<strong>${label(ACTS, step.act)}</strong> ${both(step.zh, step.en)}${step.answer && html`<br>${both(`认定单位 ${step.answer.workdays} 个工作日内答复`, `answered within ${step.answer.workdays} workdays`)}${step.answer.confirmed ? null : UNCONFIRMED}`}`,
    dayText(step.on),
    signed(step.points),
    `${step.value} ${step.grade}`,
    html`${publishedText(step.basis)}${step.confirmed ? null : UNCONFIRMED}`,
  ]),
})}`
}`

const lasting = ({ lasting: losses }: PartyScore): Html | null =>
  losses.length === 0
    ? null
    : html`<h3>${both('不能单独消除的', 'What lasts')}</h3>
<ul>${losses.map(({ zh, en, basis, confirmed }) => html`<li>${both(zh, en)} <small>${publishedText(basis)}</small>${confirmed ? null : UNCONFIRMED}</li>\n`)}</ul>`

const objections = ({ own, file, statement }: PartyFileContent): Html => {
  const records = [
    ...new Map((file.score?.reasons ?? []).flatMap((each) => each.records).map((each) => [each.id, each])).values(),
  ]
  return html`<section aria-labelledby="objections">
<h2 id="objections">${both('异议', 'Objections')}</h2>
<p>${both('对评分理由所依据的信息有争议的，可以提出异议；核查期间，答复中标明存在异议。', 'A record behind a reason of the score may be disputed; while that is examined, answers say that there is an objection.')}</p>
${file.objections.length === 0 ? null : html`<ul class="entries">${file.objections.map((one) => objection(own, one))}</ul>`}
${
  records.length === 0
    ? html`<p>${both('现行评分没有依据可提异议的信息。', 'No reason of the present score rests on a record.')}</p>`
    : form(
        own,
        PATHS.objections,
        html`<fieldset class="act"><legend>${both('提出异议', 'Object')}</legend>
<p><label for="record">${both('对哪一条信息', 'Which record')}</label>
<select id="record" name="record" required>${records.map((one) => html`<option value="${one.id}">${choice(one)}</option>`)}</select></p>
<p><label for="statement">${both('理由', 'Why')}</label>
<textarea id="statement" name="statement" rows="5" maxlength="${STATEMENT_MOST}" required aria-describedby="statement-note">
${statement}</textarea></p>
<p id="statement-note" class="note">${both(`不超过 ${STATEMENT_MOST} 字；请勿写身份证号。`, `At most ${STATEMENT_MOST} characters; no ID numbers.`)}</p>
<p><button>${both('提交异议', 'Send the objection')}</button></p></fieldset>`,
      )
}
</section>`
}

const choice = ({ kind, agencyName, validFrom }: PartyRecord): Html =>
  html`${inPageLanguage(RECORDS[kind]?.zh ?? kind, RECORDS[kind]?.en ?? kind)} ${inPageLanguage(agencyName.zh, agencyName.en)} ${validFrom ?? ''}`

const objection = (own: PartyPageContext, one: PartyObjection): Html => html`<li><article>
<h3>${label(OBJECTIONS, one.state)} <small>${minute(new Date(one.openedAt))}</small></h3>
<p class="why">${publishedText(one.statement)}</p>
<p class="who">${both(one.consequence.zh, one.consequence.en)}${one.note && html` ${publishedText(one.note)}`}</p>
${one.state === 'OPEN' && one.openedBy === own.code ? html`<div class="when">${form(own, `${PATHS.objections}/${encodeURIComponent(one.id)}/withdraw`, html`<button class="plain">${both('撤回异议', 'Withdraw it')}</button>`)}</div>` : null}
</article></li>\n`
