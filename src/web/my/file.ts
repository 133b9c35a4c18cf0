import type { BilingualText } from '../../foundation/text/words.js'
import { renderDate } from '../blacklist/page.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { bilingualTexts, type Html, html, linkTo, publishedText, section } from '../frame/html.js'
import { bilingual, type SitePage } from '../frame/page.js'
import { bilingualTable } from '../scorecard/card-table.js'
import { nameOfRecord } from '../words/record-words.js'
import {
  attachmentField,
  attachmentList,
  doneNotice,
  fileForm,
  listingPath,
  MY_PATHS,
  type PartyPageContext,
  partyPage,
  refusalNotice,
  withdrawalPage,
} from './frame.js'
import type {
  PartyAuthorisation,
  PartyFile,
  PartyListing,
  PartyMatter,
  PartyObjection,
  PartyRecord,
  PartyScore,
} from './questions.js'
import {
  labelIn,
  OBJECTION_WORDS,
  RECORD_KIND_WORDS,
  REMOVAL_WORDS,
  RESTORING_ACT_WORDS,
  STANDING_WORDS,
  STATE_WORDS,
} from './words.js'

const authorisationsSection = (all: readonly PartyAuthorisation[]): Html => section(
  'authorisations',
  '授权',
  'Authorisations',
)`
<p>${bilingual('下列信用服务机构登记称您授权其查看您的信用分和等级。不是您授权的，请撤回，并告知主管部门。', 'These credit services have recorded that you let them see your score and grade. Withdraw one that you did not give, and tell the authority.')}</p>
${all.length === 0 ? html`<p>${bilingual('没有。', 'None.')}</p>` : html`<ul class="entries">${all.map(authorisation)}</ul>`}`

const objectionWithdrawal = (id: string): string => `${MY_PATHS.objections}/${encodeURIComponent(id)}/withdraw`
const authorisationWithdrawal = (id: string): string => `${MY_PATHS.authorisations}/${encodeURIComponent(id)}/withdraw`

export const objectionWithdrawalPage = (own: PartyPageContext, { id, statement }: PartyObjection): SitePage =>
  withdrawalPage(own, {
    title: { zh: '撤回异议', en: 'withdraw the objection' },
    about: html`<p>${bilingual('要撤回这项异议吗？撤回以后不再核查，各处答复不再标明存在异议；可以再次提出。', 'Withdraw this objection? It is examined no longer, and answers no longer say that there is one. You may object again.')}</p>
<blockquote>${publishedText(statement)}</blockquote>`,
    path: objectionWithdrawal(id),
    back: MY_PATHS.file,
  })

export const authorisationWithdrawalPage = (own: PartyPageContext, { id, client }: PartyAuthorisation): SitePage =>
  withdrawalPage(own, {
    title: { zh: '撤回授权', en: 'withdraw the authorisation' },
    about: html`<p>${bilingual('要撤回对下列机构的授权吗？撤回即时生效，该机构不再看到您的信用分和等级；不能恢复，只能重新授权。', 'Withdraw what you let this service see? It takes effect at once and cannot be undone, only given anew.')}</p>
<p><strong>${publishedText(client)}</strong></p>`,
    path: authorisationWithdrawal(id),
    back: MY_PATHS.file,
  })

const authorisation = (one: PartyAuthorisation): Html => html`<li><article>
<h3>${publishedText(one.client)} <small>${stateOf(one)}</small></h3>
<p class="why">${publishedText(one.document)}</p>
${one.sha256 && html`<p class="by">SHA-256 <code>${one.sha256}</code></p>`}
<p class="when">${bilingual('授权日', 'given')} ${renderDate(one.givenOn)} ${bilingual('有效至', 'holds until')} ${renderDate(one.endsOn)}${one.withdrawnAt && html` ${bilingual('撤回', 'withdrawn')} ${formatShanghaiMinute(new Date(one.withdrawnAt))}`}</p>
${one.holds ? html`<div class="when"><a href="${linkTo(authorisationWithdrawal(one.id))}">${bilingual('撤回授权', 'Withdraw it')}</a></div>` : null}
</article></li>\n`

const stateOf = ({ holds, withdrawnAt, withdrawnBy }: PartyAuthorisation): Html => {
  if (holds) return bilingual('有效', 'holds')
  if (withdrawnAt === null) return bilingual('已到期', 'ended')
  return withdrawnBy === 'party'
    ? bilingual('已由您撤回', 'withdrawn by you')
    : bilingual('已由该机构撤回', 'withdrawn by the service')
}

/** Maximum characters, as in work/scoring/objection. */
const STATEMENT_MOST = 1_000

export interface PartyFileContent {
  own: PartyPageContext
  file: PartyFile
  done: string | null
  refused: BilingualText | null
  typed: { record: string; statement: string }
}

export const filePage = (shown: PartyFileContent): SitePage => {
  const { own, file } = shown
  return partyPage(
    own,
    { zh: file.name ?? own.code, en: 'my record', named: true },
    html`${doneNotice(shown.done)}${refusalNotice(shown.refused)}
${standing(file)}
${entries(file.listings)}
${file.score === null ? NO_SCORE : score(file.score, file.objections)}
${objections(shown)}
${matters(file.ownMatters)}
${authorisationsSection(file.authorisations)}`,
  )
}

export const definitionRow = (zh: string, en: string, value: Html | string | null): Html | null =>
  value ? html`<div><dt>${bilingual(zh, en)}</dt><dd>${value}</dd></div>\n` : null

const asOf = ({ asOf: at, stale }: PartyFile['standing']): Html =>
  new Date(at).getTime() === 0
    ? bilingual('名单信源尚未有一次成功归集', 'no feed of lists has been read in whole yet')
    : html`${formatShanghaiMinute(new Date(at))} ${stale ? bilingual('（已过时）', '(stale)') : null}`

const standing = ({ uscc, shop, formerNames, standing: now }: PartyFile): Html => html`<dl class="facts">
${definitionRow('代码', 'Code', html`<code>${uscc ?? shop ?? ''}</code>`)}${definitionRow('状态', 'Status', labelIn(STANDING_WORDS, now.status))}${definitionRow('曾用名', 'Former names', formerNames.length > 0 ? publishedText(formerNames.join('；')) : null)}${definitionRow('名单', 'Blacklist', now.listed ? html`<strong class="contested">${bilingual('在名单上', 'on it')}</strong>` : bilingual('不在名单上', 'not on it'))}${definitionRow('信息截至', 'True as of', asOf(now))}</dl>`

const entries = (listings: readonly PartyListing[]): Html =>
  section('listings', '名单记录', 'Entries of lists')`
${
  listings.length === 0
    ? html`<p>${bilingual('没有。', 'None.')}</p>`
    : html`<ul class="entries">${listings.map(entry)}</ul>`
}`

const entry = (one: PartyListing): Html => html`<li><article>
<h3><a href="${linkTo(listingPath(one.id))}">${one.list ? bilingual(one.list.name.zh, one.list.name.en) : one.kind}</a></h3>
<p class="why">${publishedText(one.reason)}</p>
<p class="who">${labelIn(STATE_WORDS, one.state)}${one.removalReason && html`${bilingual('：', ': ')}${labelIn(REMOVAL_WORDS, one.removalReason)}`}${one.contested ? bilingual('（有异议）', '(under objection)') : null}${one.mirrored ? bilingual('（其他机关决定，此处转录）', '(decided elsewhere, mirrored here)') : null}</p>
<p class="when">${one.publishedOn && html`${bilingual('公示', 'published')} ${renderDate(one.publishedOn)} `}${one.removedOn ? html`${bilingual('移出', 'removed')} ${renderDate(one.removedOn)}` : one.endsOn && html`${bilingual('届满', 'ends')} ${renderDate(one.endsOn)}`}</p>
<p class="by">${one.authority && publishedText(one.authority)} ${one.documentNumber && publishedText(one.documentNumber)}</p>
</article></li>\n`

const matters = (all: readonly PartyMatter[]): Html | null =>
  all.length === 0
    ? null
    : section('matters', '平台措施和承诺核查', 'Measures of platforms and checks')`
<p>${bilingual('平台或者有关单位向本枢纽报告的、涉及您的事项。对措施有异议的，向采取措施的平台提交不存在侵权行为的声明。', 'What platforms and authorities reported of you. To contest a measure, send the platform a counter-statement.')}</p>
<ul class="entries">${all.map(matter)}</ul>`

const matter = ({
  number,
  kindName,
  stateName,
  holderName,
  openedOn,
  nextClock,
  fields,
}: PartyMatter): Html => html`<li><article>
<h3>${bilingual(kindName.zh, kindName.en)} <small>${number}</small></h3>
<p class="who">${bilingual(stateName.zh, stateName.en)}</p>
<p class="by">${bilingual('承办', 'held by')} ${holderName.zh === holderName.en ? publishedText(holderName.zh) : bilingual(holderName.zh, holderName.en)} · ${bilingual('报告', 'reported')} ${renderDate(openedOn)}</p>
<dl class="facts">${nextClock && definitionRow('本环节的期限', 'Time limit now', timeLimit(nextClock))}${fields.map(({ name, value }) => definitionRow(name.zh, name.en, value.zh === value.en ? publishedText(value.zh) : bilingual(value.zh, value.en)))}</dl>
</article></li>\n`

const timeLimit = ({ dueOn, rule }: NonNullable<PartyMatter['nextClock']>): Html =>
  html`${renderDate(dueOn)}${bilingual('（含）', ', inclusive')} <small>${publishedText(rule.source)}</small>${rule.confirmed ? null : UNCONFIRMED}`

const NO_SCORE = section('score', '信用评分', 'Score')`
<p>${bilingual('尚未评分。', 'Not scored.')}</p>`

const score = (one: PartyScore, all: readonly PartyObjection[]): Html => section('score', '信用评分', 'Score')`
<ul class="totals small"><li><strong>${one.value}</strong> ${bilingual('分（0–1000）', 'points (0–1000)')}</li><li><strong>${one.grade}</strong> ${bilingual('等级', 'grade')}</li></ul>
<p>${bilingual(`按 ${one.asOf} 的事实，依评分卡`, `By the facts of ${one.asOf} and the scorecard`)} <a href="${linkTo(`/scorecard/${one.scorecard}`)}">${one.scorecard}</a>${one.nextChangeOn && bilingual(`；事实不变的，下一次随时间变化之日为 ${one.nextChangeOn}`, `; time alone changes it next on ${one.nextChangeOn}`)}</p>
${one.objected ? contestNotice(all) : null}
${bilingualTable({
  caption: { zh: '理由（各项之和恰为分值）', en: 'Reasons (they add up to the score)' },
  columns: bilingualTexts('理由 Reason', '分值 Points', '不再计入 Fades', '所依据的信息 Records behind it'),
  rows: one.reasons.map((each) => [
    bilingual(each.zh, each.en),
    signed(each.points),
    each.fadesOn ? renderDate(each.fadesOn) : '—',
    each.records.length === 0
      ? '—'
      : html`<ul>${each.records.map((record) => html`<li>${recordLine(record)}</li>`)}</ul>`,
  ]),
})}
${wayBack(one)}
${lasting(one)}`

const contestNotice = (all: readonly PartyObjection[]): Html => {
  const isOpen = all.some(({ state }) => state === 'OPEN')
  return html`<p class="notice">${isOpen ? bilingual('所依据的信息有异议，正在核查。', 'A record behind it is under objection.') : bilingual('对所依据信息的异议成立，待信源单位更正。', 'An objection to a record behind it was upheld; its agency has yet to correct the record.')}</p>`
}

const signed = (points: number): string => (points > 0 ? `+${points}` : `${points}`.replace('-', '−'))

const recordLine = (record: PartyRecord): Html =>
  html`${labelIn(RECORD_KIND_WORDS, record.kind)} ${publishedText(nameOfRecord('zh', record))} ${record.validFrom && renderDate(record.validFrom)}`

const UNCONFIRMED = html` <small>${bilingual('（未经核实）', '(unconfirmed)')}</small>`

const wayBack = ({ wayBack: steps }: PartyScore): Html => html`<h3>${bilingual('恢复途径', 'The way back up')}</h3>
${
  steps.length === 0
    ? html`<p>${bilingual('没有可以恢复的失分。', 'There is nothing to regain.')}</p>`
    : html`<p>${bilingual('依次办理；获准以后的分值如下。是否获准由认定单位决定。', 'In this order; the score once each is granted. Whether it is granted its authority decides.')}</p>
${bilingualTable({
  caption: { zh: '各步和之后的分值', en: 'Steps and the score after each' },
  columns: bilingualTexts('办法 What', '最早 Earliest', '恢复 Regained', '之后的分值 Score after it', '依据 Source'),
  rows: steps.map((step) => [
    html`<strong>${labelIn(RESTORING_ACT_WORDS, step.act)}</strong> ${bilingual(step.zh, step.en)}${step.answer && html`<br>${bilingual(`认定单位 ${step.answer.workdays} 个工作日内答复`, `answered within ${step.answer.workdays} workdays`)}${step.answer.confirmed ? null : UNCONFIRMED}`}`,
    renderDate(step.on),
    signed(step.points),
    `${step.value} ${step.grade}`,
    html`${publishedText(step.basis)}${step.confirmed ? null : UNCONFIRMED}`,
  ]),
})}`
}`

const lasting = ({ lasting: losses }: PartyScore): Html | null =>
  losses.length === 0
    ? null
    : html`<h3>${bilingual('不能单独消除的', 'What lasts')}</h3>
<ul>${losses.map(({ zh, en, basis, confirmed }) => html`<li>${bilingual(zh, en)} <small>${publishedText(basis)}</small>${confirmed ? null : UNCONFIRMED}</li>\n`)}</ul>`

const objections = ({ own, file, typed }: PartyFileContent): Html => {
  const records = [
    ...new Map((file.score?.reasons ?? []).flatMap((each) => each.records).map((each) => [each.id, each])).values(),
  ]
  return section('objections', '异议', 'Objections')`
<p>${bilingual('对评分理由所依据的信息有争议的，可以提出异议；核查期间，答复中标明存在异议。', 'A record behind a reason of the score may be disputed; while that is examined, answers say that there is an objection.')}</p>
${file.objections.length === 0 ? null : html`<ul class="entries">${file.objections.map((one) => objection(own, one))}</ul>`}
${
  records.length === 0
    ? html`<p>${bilingual('现行评分没有依据可提异议的信息。', 'No reason of the present score rests on a record.')}</p>`
    : fileForm(own, MY_PATHS.objections)`
<fieldset class="act"><legend>${bilingual('提出异议', 'Object')}</legend>
<p><label for="record">${bilingual('对哪一条信息', 'Which record')}</label>
<select id="record" name="record" required><option value="">${bilingual('请选择', 'Please choose')}</option>${records.map((one) => choice(one, typed.record, file.objections))}</select></p>
<p><label for="statement">${bilingual('理由', 'Why')}</label>
<textarea id="statement" name="statement" rows="5" maxlength="${STATEMENT_MOST}" required aria-describedby="statement-note">
${typed.statement}</textarea></p>
<p id="statement-note" class="note">${bilingual(`不超过 ${STATEMENT_MOST} 字；请勿写身份证号。`, `At most ${STATEMENT_MOST} characters; no ID numbers.`)}</p>
${attachmentField('objection-file')}
<p><button>${bilingual('提交异议', 'Send the objection')}</button></p></fieldset>`
}`
}

const choice = (one: PartyRecord, chosen: string, all: readonly PartyObjection[]): Html =>
  html`<option value="${one.id}"${one.id === chosen ? html` selected` : null}>${labelIn(RECORD_KIND_WORDS, one.kind)} ${bilingual(nameOfRecord('zh', one), nameOfRecord('en', one))} ${one.validFrom ?? ''}${earlierObjection(one, all)}</option>`

const earlierObjection = ({ id }: PartyRecord, all: readonly PartyObjection[]): Html | null => {
  const same = all.filter(({ record }) => record?.id === id)
  if (same.some(({ state }) => state === 'OPEN')) return bilingual('（异议核查中）', ' (under objection)')
  return same.some(({ correctionPending }) => correctionPending)
    ? bilingual('（异议已成立，待信源单位更正，不必再次提出）', ' (upheld already: no need to object again)')
    : null
}

const objectionState = ({ state, correctionPending }: PartyObjection): Html =>
  labelIn(OBJECTION_WORDS, correctionPending ? 'PENDING' : state)

const objection = (own: PartyPageContext, one: PartyObjection): Html => html`<li><article>
<h3>${objectionState(one)} <small>${formatShanghaiMinute(new Date(one.openedAt))}</small></h3>
<p class="why">${publishedText(one.statement)}</p>
${one.record && html`<p class="by">${bilingual('所争议的信息：', 'The record: ')}${recordLine(one.record)}</p>`}
<p class="who">${bilingual(one.consequence.zh, one.consequence.en)}${one.note && html` ${publishedText(one.note)}`}</p>
${attachmentList(one.attachments)}
${one.state === 'OPEN' ? html`<div class="when">${one.dueOn && html`<p>${bilingual(`至迟在 ${one.dueOn} 答复`, `answered by ${one.dueOn}`)}</p>`}${one.openedBy === own.code ? html`<a href="${linkTo(objectionWithdrawal(one.id))}">${bilingual('撤回异议', 'Withdraw it')}</a>` : null}</div>` : null}
</article></li>\n`
