import { MOVES } from '../../../../domain/listing/moves.js'
import { dayText } from '../../pieces/dates.js'
import { labelOf } from '../../pieces/words.js'
import { type CaseFile, defencePointsOf, mayBeNaturalPerson } from './case.js'
import type { MoveInput } from './moves.generated.js'
import * as asked from './moves.generated.js'

export const MOVE_MUTATIONS = {
  linkDecision: asked.LinkDecisionDocument,
  proposeListing: asked.ProposeListingDocument,
  notifyListing: asked.NotifyListingDocument,
  recordDefence: asked.RecordDefenceDocument,
  answerDefence: asked.AnswerDefenceDocument,
  holdHearing: asked.HoldHearingDocument,
  reviewListing: asked.ReviewListingDocument,
  returnListing: asked.ReturnListingDocument,
  resubmitListing: asked.ResubmitListingDocument,
  consentListing: asked.ConsentListingDocument,
  decideListing: asked.DecideListingDocument,
  serveListing: asked.ServeListingDocument,
  publishListing: asked.PublishListingDocument,
  hideListing: asked.HideListingDocument,
  confirmHiding: asked.ConfirmHidingDocument,
  unhideListing: asked.UnhideListingDocument,
  applyRepair: asked.ApplyRepairDocument,
  acceptRepair: asked.AcceptRepairDocument,
  refuseRepair: asked.RefuseRepairDocument,
  withdrawRepair: asked.WithdrawRepairDocument,
  removeListing: asked.RemoveListingDocument,
  restoreListing: asked.RestoreListingDocument,
  dropListing: asked.DropListingDocument,
} as const

export type PersonsMove = keyof typeof MOVE_MUTATIONS

export type MoveDraft = Partial<Omit<MoveInput, 'id' | 'seen'>>
export type MoveFieldName = Exclude<keyof MoveDraft, 'on'>

export const TODAY_ONLY_MOVES: readonly PersonsMove[] = [
  'publishListing',
  'hideListing',
  'confirmHiding',
  'unhideListing',
  'restoreListing',
]
export const GRAVE_MOVES: readonly PersonsMove[] = [
  'publishListing',
  'hideListing',
  'removeListing',
  'restoreListing',
  'dropListing',
  'refuseRepair',
]
/** These reasons to hide an entry rest on a court's or an authority's document. */
const WITH_PAPER: readonly unknown[] = ['STAY', 'RULING', 'BANKRUPTCY']
const REMOVED_BY_PAPER: readonly unknown[] = ['REPAIRED', 'CORRECTED']

const grantsRepair = (move: PersonsMove, { repair }: CaseFile): boolean =>
  move === 'removeListing' && repair?.acceptedOn != null

export const titleOfMove = (move: PersonsMove, of: CaseFile): string =>
  grantsRepair(move, of) ? '准予修复（移出）' : MOVES[move].zh

export const firstDraftOf = (move: PersonsMove, of: CaseFile): MoveDraft =>
  grantsRepair(move, of) ? { removal: 'REPAIRED' } : {}

export const fieldsOfMove = (move: PersonsMove, draft: MoveDraft, of: CaseFile): MoveFieldName[] => {
  const byConsent: MoveFieldName[] = draft.service === 'ELECTRONIC' ? ['consentNumber'] : []
  switch (move) {
    case 'linkDecision':
      return ['record', 'ground', ...only('reason', draft.ground === 'DECISION_NOT_PERFORMED')]
    case 'proposeListing':
      return ['reason']
    case 'notifyListing':
      return ['service', ...byConsent, 'documentNumber', 'fileHash']
    case 'recordDefence':
      return ['text', 'hearing']
    case 'answerDefence':
      return [...only('point', openPoints(of) > 1), 'text']
    case 'holdHearing':
    case 'resubmitListing':
    case 'applyRepair':
      return ['text']
    case 'reviewListing':
      return ['text', 'waived', ...only('documentNumber', draft.waived === true)]
    case 'returnListing':
      return ['returning', 'text']
    case 'consentListing':
    case 'decideListing':
    case 'acceptRepair':
      return ['documentNumber', 'fileHash']
    case 'serveListing':
      return ['service', ...byConsent, 'fileHash', 'repairNotice']
    case 'publishListing':
      return only('ofAge', mayBeNaturalPerson(of))
    case 'hideListing':
      return ['hiding', 'reason', ...only('documentNumber', WITH_PAPER.includes(draft.hiding))]
    case 'withdrawRepair':
      return []
    case 'confirmHiding':
      return ['hiding', ...only('documentNumber', WITH_PAPER.includes(draft.hiding))]
    case 'unhideListing':
      return ['reason', ...only('documentNumber', WITH_PAPER.includes(of.hiding?.kind))]
    case 'refuseRepair':
      return ['documentNumber', 'reason']
    case 'removeListing':
      return ['removal', 'reason', ...only('documentNumber', REMOVED_BY_PAPER.includes(draft.removal))]
    case 'restoreListing':
      return ['restoring', 'documentNumber', 'reason']
    case 'dropListing':
      return ['notListed', 'reason']
  }
}

const only = (field: MoveFieldName, isAsked: boolean): MoveFieldName[] => (isAsked ? [field] : [])

const openPoints = (of: CaseFile): number => defencePointsOf(of).filter(({ answer }) => answer === null).length

const OPTIONAL: readonly MoveFieldName[] = [
  'ground',
  'service',
  'hearing',
  'waived',
  'fileHash',
  'ofAge',
  'restoring',
  'repairNotice',
]

export const missingFields = (move: PersonsMove, draft: MoveDraft, of: CaseFile): MoveFieldName[] =>
  fieldsOfMove(move, draft, of).filter((field) => {
    if (OPTIONAL.includes(field) || (move === 'confirmHiding' && field === 'hiding')) return false
    if (move === 'dropListing' && field === 'notListed') return false
    if (move === 'reviewListing' && field === 'text') return false
    const value = draft[field]
    return value == null || (typeof value === 'string' && value.trim() === '')
  })

export const moveInputOf = (move: PersonsMove, draft: MoveDraft, of: CaseFile, on: string): MoveInput => {
  const asked = fieldsOfMove(move, draft, of)
  const given = Object.entries(draft).filter(
    ([name, value]) => asked.includes(name as MoveFieldName) && value != null && value !== '' && value !== false,
  )
  const answered = move === 'publishListing' && draft.ofAge === false ? { ofAge: false } : {}
  const together = move === 'serveListing' ? { repairNotice: draft.repairNotice === true } : {}
  return { id: of.id, on, seen: of.moves.length, ...Object.fromEntries(given), ...answered, ...together }
}

/** Names who still applies what, and by when a removal has each of them lift it. */
export const measuresAfterMove = (move: PersonsMove, { measures }: Pick<CaseFile, 'measures'>): string[] => {
  const standing = measures.filter(({ dueIfRemoved }) => dueIfRemoved !== null)
  if (standing.length === 0) return []
  if (move === 'hideListing') return [`${standing.length} 项惩戒措施随即暂停实施，各实施单位收到通知。`]
  if (move !== 'removeListing') return []
  return [
    `${standing.length} 项惩戒措施应予解除，自移出之日起算；今日移出的，至迟 ${dayText(standing[0]?.dueIfRemoved)} 解除：`,
    ...standing.map(({ organisation, item, stateName }) => `${organisation.zh}：${item}（${stateName.zh}）`),
  ]
}

export const consequencesOfMove = (move: PersonsMove, draft: MoveDraft, endsOn: string | null): string[] => {
  const term = endsOn === null ? [] : [`届满之日为 ${endsOn}，次日起不再有效。`]
  const told = (what: string): string => `欠各信用平台一次${what}，推送至每个平台确认为止。`
  const scored = '该主体的信用评分随即重算。'
  const notice = draft.service === 'PUBLIC_NOTICE' ? ['公告期满才算送达，其后的期限自期满之日起算。'] : []
  switch (move) {
    case 'linkDecision':
      return ['以该处罚决定的文书号、机关和违法行为作为列入的根据；其被撤销或改变时，本案随之提示。']
    case 'proposeListing':
      return ['提出人为您本人：以后须由另一人复核。']
    case 'notifyListing':
      return [
        '陈述申辩期限自送达生效之日的次日起算，期满或均已答复以前不得复核。',
        '当事人凭登录码可见本案。',
        ...notice,
      ]
    case 'recordDefence':
      return ['每一点都须答复，答复以前不得复核。', ...(draft.hearing ? ['当事人要求听证：举行以前不得复核。'] : [])]
    case 'answerDefence':
      return ['答复载入本案的经过，当事人可见。']
    case 'holdHearing':
      return ['听证记入本案；其中的陈述申辩须另行记录和答复。']
    case 'reviewListing':
      return ['确认经第二人复核，可以报请同意或作出决定；复核意见记入本案。']
    case 'returnListing':
      return ['案件回到所选的一步，列入经办人的待办；意见记入本案。', '补正并再次提请以前，不得复核。']
    case 'resubmitListing':
      return ['案件再次列入复核人的待办；补正情况记入本案。']
    case 'consentListing':
      return ['记下上一级部门的同意，可以作出决定。']
    case 'decideListing':
      return ['列入决定成立，尚未公示；送达以后方可公示。', ...term]
    case 'serveListing':
      return [
        '送达生效以后可以公示。',
        '记下所送达决定书的文件指纹；未填的，取已登记的决定书，再无则取枢纽的草稿。',
        ...(draft.repairNotice === true ? [] : ['信用修复告知书没有一并送达：列为待核事项。']),
        ...notice,
      ]
    case 'publishListing':
      return ['立即在公开的失信名单上显示，任何人可查。', told('新增'), scored, ...term]
    case 'hideListing':
      return [
        '立即从公开的失信名单上消失；期限继续计算。',
        told('移出'),
        '须由另一人在限期内确认；逾期仍不公示，但标为逾期。',
        scored,
      ]
    case 'confirmHiding':
      return ['暂停公示经第二人确认，在恢复公示或移出以前一直不公示。']
    case 'unhideListing':
      return ['立即重新在公开的失信名单上显示。', told('新增'), scored]
    case 'applyRepair':
      return ['受理和决定的期限自申请之日起算；在此期间照常公示。']
    case 'acceptRepair':
      return ['作出修复决定的期限自受理之日起算。']
    case 'refuseRepair':
      return ['申请办结，名单照常公示，期限不变。']
    case 'withdrawRepair':
      return ['依当事人的书面撤回办理：申请办结，名单照常公示，当事人可以再次申请。']
    case 'removeListing':
      return [
        `立即移出${draft.removal ? `，原因为“${labelOf('RemovalReason', draft.removal)}”` : ''}；公开网页不再有此条，也不再提及。`,
        told('移出'),
        scored,
      ]
    case 'restoreListing':
      return ['立即恢复公示。', told('新增'), scored, ...term]
    case 'dropListing':
      return ['本案就此终结，不予列入；以后有新的事实，须另立线索。']
  }
}
