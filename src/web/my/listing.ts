import { MOVES, type MoveName } from '../../domain/listing/moves.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { RetractionStatus } from '../../work/delivery/retraction.js'
import { renderDate } from '../blacklist/page.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { bilingualTexts, type Html, html, linkTo, publishedText, section } from '../frame/html.js'
import { bilingual, type SitePage } from '../frame/page.js'
import { bilingualTable } from '../scorecard/card-table.js'
import { unliftedMeasures } from '../verify/certificate-facts.js'
import type { HelpTask } from '../words/help-tasks.js'
import { definitionRow } from './file.js'
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
  unsentText,
  withdrawalPage,
} from './frame.js'
import type { PartyListingDetail } from './questions.js'
import { DELIVERY_WORDS, labelIn, REMOVAL_CHECK_WORDS, REMOVAL_WORDS, STATE_WORDS } from './words.js'

/** Maximum characters, as in domain/listing/move-input. */
const TEXT_MOST = 10_000

export interface ListingContent {
  own: PartyPageContext
  listing: PartyListingDetail
  party: string | null
  today: string
  retraction: RetractionStatus | null
  platformNames: ReadonlyMap<string, { zh: string; en: string }>
  done: string | null
  refused: BilingualText | null
  text: string
  hearing: boolean
}

export const mayBeCertified = ({ state, publishedOn, removedOn, mirrored }: PartyListingDetail): boolean =>
  state === 'REMOVED' && publishedOn !== null && removedOn !== null && !mirrored

export const listingPage = (shown: ListingContent): SitePage => {
  const { own, listing } = shown
  const name = listing.list?.name ?? { zh: listing.kind, en: listing.kind }
  return partyPage(
    own,
    { zh: name.zh, en: name.en },
    html`${doneNotice(shown.done)}${refusalNotice(shown.refused)}
${shown.party && html`<p><strong>${publishedText(shown.party)}</strong> <code>${own.code}</code></p>`}
<p class="state">${labelIn(STATE_WORDS, listing.state)}</p>
${facts(listing)}
${removed(shown)}
${repair(shown)}
${defence(shown)}
${attached(shown)}
${process(listing)}
${documents(listing)}
<p><a href="${linkTo(MY_PATHS.file)}">${bilingual('返回概况', 'Back to the overview')}</a></p>`,
    helpOf(listing),
  )
}

const helpOf = ({ state, allowedMoves, repair }: PartyListingDetail): HelpTask => {
  if (state === 'REMOVED') return 'certificate'
  return repair !== null || allowedMoves.includes('applyRepair') ? 'repair' : 'defence'
}

const facts = (one: PartyListingDetail): Html => html`<dl class="facts">
${definitionRow('列入事由', 'Reason', publishedText(one.reason))}${definitionRow('列入依据', 'Legal basis', one.basis && publishedText(one.basis))}${definitionRow('决定机关', 'Authority', one.authority && publishedText(one.authority))}${definitionRow('决定文号', 'Document', one.documentNumber && publishedText(one.documentNumber))}${definitionRow('决定日期', 'Decided', one.decidedOn && renderDate(one.decidedOn))}${definitionRow('公示日期', 'Published', one.publishedOn && renderDate(one.publishedOn))}${definitionRow('届满日期', 'Ends on', one.endsOn && renderDate(one.endsOn))}${definitionRow('移出日期', 'Removed', one.removedOn && renderDate(one.removedOn))}${definitionRow('移出原因', 'Why removed', one.removalReason && labelIn(REMOVAL_WORDS, one.removalReason))}${definitionRow('暂停公示', 'Hidden since', one.hiding && renderDate(one.hiding.on))}${one.deadlines.map(deadlineRow)}</dl>`

const DEADLINE_WORDS: Record<string, { label: BilingualText; until: (on: string) => BilingualText }> = {
  DEFENCE: {
    label: { zh: '陈述申辩期限', en: 'Your time' },
    until: (on) => ({ zh: `陈述申辩至 ${on}（含）`, en: `to be heard until ${on}, inclusive` }),
  },
  REPAIR_ACCEPTANCE: {
    label: { zh: '受理期限', en: 'Answer due' },
    until: (on) => ({ zh: `决定机关至迟在 ${on} 答复是否受理`, en: `the authority says by ${on} whether it accepts` }),
  },
  REPAIR_DECISION: {
    label: { zh: '办结期限', en: 'Decision due' },
    until: (on) => ({ zh: `决定机关至迟在 ${on} 作出决定`, en: `the authority decides by ${on}` }),
  },
}

const deadlineRow = ({ name, dueOn, endedOn, provisional }: PartyListingDetail['deadlines'][number]): Html | null => {
  const words = DEADLINE_WORDS[name]
  if (words === undefined || (name !== 'DEFENCE' && endedOn !== null)) return null
  const { zh, en } = words.until(dueOn)
  const note = endedOn
    ? bilingual('（已结束）', ' (over)')
    : provisional
      ? bilingual('（节假日未公布，可能变动）', ' (holidays not published yet, it may move)')
      : null
  return definitionRow(words.label.zh, words.label.en, html`${bilingual(zh, en)}${note}`)
}

const repair = (shown: ListingContent): Html | null => {
  const { listing, today } = shown
  if (listing.repair !== null)
    return section('repair', '信用修复申请', 'Application for repair')`
<p class="good">${bilingual(`已于 ${listing.repair.appliedOn} 提交。`, `Sent on ${listing.repair.appliedOn}.`)} ${listing.repair.acceptedOn ? bilingual(`${listing.repair.acceptedOn} 已受理，正在核实。`, `Accepted on ${listing.repair.acceptedOn}, being examined.`) : bilingual('尚待受理。', 'Not accepted yet.')}</p>
${
  listing.allowedMoves.includes('withdrawRepair')
    ? html`<p><a href="${linkTo(repairWithdrawalPath(listing.id))}">${bilingual('撤回申请', 'Withdraw the application')}</a> ${bilingual('撤回后可以再次申请。', 'You may apply again afterwards.')}</p>`
    : null
}`
  if (!listing.allowedMoves.includes('applyRepair')) return null
  const { repairFrom } = listing
  if (repairFrom === null || repairFrom > today)
    return section('repair', '申请信用修复', 'Apply for repair')`
<p>${repairFrom === null ? bilingual('本条目何时可以申请信用修复，现行规则没有写明，请与决定机关联系。', 'No rule says when repair of this entry may be applied for; please ask the deciding authority.') : bilingual(`最早可以在 ${repairFrom} 申请信用修复，届时在本页提交。现在可以先准备材料：处罚义务已经履行、危害后果已经消除的证明。`, `You may apply for repair from ${repairFrom} on, on this page. Until then you may prepare the proof that the penalty was performed and the harm undone.`)}</p>
${shown.text === '' ? null : unsentText(shown.text)}`
  return repairForm(shown)
}

const repairWithdrawalPath = (id: string): string => `${listingPath(id)}/withdraw`

export const repairWithdrawalPage = (own: PartyPageContext, { id, repair }: PartyListingDetail): SitePage =>
  withdrawalPage(own, {
    title: { zh: '撤回修复申请', en: 'withdraw the application for repair' },
    about: html`<p>${bilingual(`要撤回 ${repair?.appliedOn ?? ''} 提交的信用修复申请吗？申请就此办结，名单照常公示，已交的材料留存；可以再次申请，期限从头起算。`, `Withdraw the application for repair of ${repair?.appliedOn ?? ''}? It ends, and the entry stays public. You may apply again; its time then begins anew.`)}</p>`,
    path: listingPath(id),
    fields: html`<input type="hidden" name="act" value="withdrawRepair">`,
    back: listingPath(id),
  })

const repairForm = ({ own, listing, text }: ListingContent): Html => section(
  'repair',
  '申请信用修复',
  'Apply for repair',
)`
<p>${bilingual('写明处罚义务的履行情况、已消除的危害后果和不良影响，并作出信用承诺。提交后由决定机关受理、核实。', 'Say how the penalty was performed, what harm was undone, and what you promise. The deciding authority accepts and examines it.')}</p>
${fileForm(own, listingPath(listing.id))`<input type="hidden" name="act" value="applyRepair">
<fieldset class="act"><legend>${bilingual('申请内容', 'The application')}</legend>
<p><label for="text">${bilingual('履行情况与承诺', 'What was done, and the promise')}</label>
<textarea id="text" name="text" rows="8" maxlength="${TEXT_MOST}" required aria-describedby="text-note">
${text}</textarea></p>
<p id="text-note" class="note">${bilingual('材料虚假的，撤销修复、恢复列入，期限重新计算。请勿写身份证号。', 'After false materials the entry is restored and its term counted anew. No ID numbers.')}</p>
${attachmentField('repair-file')}
<p><button>${bilingual('提交申请', 'Send the application')}</button></p></fieldset>`}`

const defence = ({ own, listing, text, hearing }: ListingContent): Html | null =>
  listing.allowedMoves.includes('recordDefence')
    ? section('defence', '陈述申辩', 'To be heard')`
${fileForm(own, listingPath(listing.id))`<input type="hidden" name="act" value="recordDefence">
<fieldset class="act"><legend>${bilingual('陈述申辩的内容', 'What you have to say')}</legend>
<p><label for="defence-text">${bilingual('内容', 'Text')}</label>
<textarea id="defence-text" name="text" rows="6" maxlength="${TEXT_MOST}" required>
${text}</textarea></p>
<p class="tick"><input id="hearing" name="hearing" type="checkbox" value="1"${hearing ? html` checked` : null}><label for="hearing">${bilingual('要求听证', 'Ask for a hearing')}</label></p>
${attachmentField('defence-file')}
<p><button>${bilingual('提交', 'Send')}</button></p></fieldset>`}`
    : null

const attached = ({ own, listing }: ListingContent): Html | null => {
  const mayAdd = listing.repair !== null
  if (listing.attachments.length === 0 && !mayAdd) return null
  return section('attachments', '已提交的材料', 'What you attached')`
${listing.attachments.length === 0 ? html`<p>${bilingual('没有。', 'None.')}</p>` : attachmentList(listing.attachments)}
${
  mayAdd
    ? fileForm(own, listingPath(listing.id))`<input type="hidden" name="act" value="attach">
<fieldset class="act"><legend>${bilingual('补交材料', 'Add documents')}</legend>
${attachmentField('more-file')}
<p><button>${bilingual('提交材料', 'Send them')}</button></p></fieldset>`
    : null
}`
}

const process = ({ proceedings }: PartyListingDetail): Html =>
  section('process', '办理经过', 'How it went')`
${
  proceedings.length === 0
    ? html`<p>${bilingual('没有可告知的步骤。', 'No step to be told.')}</p>`
    : html`<ol>${proceedings.map((step) => html`<li><p><strong>${moveNamed(step.move)}</strong> ${renderDate(step.on)} ${step.documentNumber && publishedText(step.documentNumber)}</p>${step.reason && html`<p>${publishedText(step.reason)}</p>`}${step.text && html`<p>${publishedText(step.text)}</p>`}</li>\n`)}</ol>`
}`

const moveNamed = (name: string): Html => {
  const move = Object.hasOwn(MOVES, name) ? MOVES[name as MoveName] : undefined
  return move ? bilingual(move.zh, move.en) : html`${name}`
}

const documents = (listing: PartyListingDetail): Html | null =>
  listing.documents.length === 0
    ? null
    : section('documents', '文书', 'Documents')`
<ul>${listing.documents.map(({ kind, title, number }) => html`<li><a href="${linkTo(`${listingPath(listing.id)}/documents/${kind}`)}" download>${publishedText(title)}</a> ${number && publishedText(number)} ${kind === 'REPAIR_APPLICATION' ? html`${bilingual('（供填写、签章）', '(to fill and sign)')} <a href="${linkTo(`${listingPath(listing.id)}/documents/${kind}`, { format: 'docx' })}" download>Word</a>` : bilingual('（签章件）', '(signed copy)')}</li>\n`)}</ul>`

const removed = ({ listing, retraction, platformNames }: ListingContent): Html | null => {
  if (listing.state !== 'REMOVED') return null
  return section('removed', '移出之后', 'After the removal')`
${mayBeCertified(listing) ? html`<p><a href="${linkTo(`${listingPath(listing.id)}/certificate`)}">${bilingual('移出证明（签名，可打印、可下载）', 'Signed certificate of the removal, to print or keep')}</a></p>` : null}
${receivers(retraction, platformNames)}
${unliftedMeasures(listing.measures.filter(({ lifted }) => !lifted))}`
}

const receivers = (retraction: RetractionStatus | null, names: ReadonlyMap<string, { zh: string; en: string }>) => {
  if (retraction === null || retraction.receivers.length + retraction.listeners.length === 0)
    return html`<p>${bilingual('没有平台曾收到该条目，无须告知。', 'No platform ever got the entry: nobody had to be told.')}</p>`
  const { listeners } = retraction
  const heard = listeners.filter(({ confirmedAt }) => confirmedAt !== null).length
  return html`${
    retraction.receivers.length === 0
      ? null
      : bilingualTable({
          caption: { zh: '告知了谁，谁已确认', en: 'Who was told, and who has confirmed' },
          columns: bilingualTexts('信用平台 Credit platform', '最近告知 Last told', '确认 Confirmed', '情况 How far'),
          rows: retraction.receivers.map(({ platform, toldAt, confirmedAt, state, check }) => {
            const name = names.get(platform)
            return [
              name ? bilingual(name.zh, name.en) : platform,
              toldAt ? formatShanghaiMinute(toldAt) : bilingual('尚未', 'not yet'),
              confirmedAt ? formatShanghaiMinute(confirmedAt) : bilingual('尚未', 'not yet'),
              state === 'CONFIRMED' && check !== null
                ? labelIn(REMOVAL_CHECK_WORDS, check)
                : labelIn(DELIVERY_WORDS, state),
            ]
          }),
        })
  }
${listeners.length === 0 ? null : html`<p>${bilingual(`名单上有该卖家的电子商务平台 ${listeners.length} 家，其中 ${heard} 家已确认。`, `${listeners.length === 1 ? '1 marketplace has' : `${listeners.length} marketplaces have`} the seller on its list; ${heard} confirmed.`)}</p>`}`
}
