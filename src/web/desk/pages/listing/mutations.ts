import * as asked from './moves.generated.js'

export const MOVE_MUTATIONS = {
  linkDecision: asked.LinkDecisionDocument,
  proposeListing: asked.ProposeListingDocument,
  notifyListing: asked.NotifyListingDocument,
  recordDefence: asked.RecordDefenceDocument,
  answerDefence: asked.AnswerDefenceDocument,
  holdHearing: asked.HoldHearingDocument,
  reviewListing: asked.ReviewListingDocument,
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
  removeListing: asked.RemoveListingDocument,
  restoreListing: asked.RestoreListingDocument,
  dropListing: asked.DropListingDocument,
} as const

export type PersonsMove = keyof typeof MOVE_MUTATIONS
