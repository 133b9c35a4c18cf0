/**
 * Shapes of the synthetic world; everything in it is invented. Dates are YYYY-MM-DD; money is a decimal string in yuan unless the name says
 * 万元 (Wan).
 */

export interface World {
  marketplaces: WorldMarketplace[]
  operators: WorldOperator[]
  trademarks: WorldTrademark[]
  inspections: WorldInspection[]
  penalties: WorldPenalty[]
  listEntries: WorldListEntry[]
  permits: WorldPermit[]
  repairs: WorldRepair[]
  defaulters: WorldDefaulter[]
  icpFilings: WorldIcpFiling[]
  trustmarks: WorldTrustmark[]
  associationGrades: WorldAssociationGrade[]
  food: WorldFood[]
  recalls: WorldRecall[]
  abnormal: WorldAbnormal[]
  standards: WorldStandard[]
  commitments: WorldCommitment[]
  changes: WorldChange[]
  faults: WorldFault[]
  /** Code of a clean enterprise with several trademarks. */
  goodExample: string
  /** Code of the enterprise with the worst record. */
  dishonestExample: string
  shopExample: string
}

export interface WorldMarketplace {
  id: string
  name: string
  url: string
}

/** `shop`: a natural person's shop, which has no USCC. */
export type WorldOperatorKind = 'enterprise' | 'individual' | 'cooperative' | 'shop'

export interface WorldOperator {
  /** USCC, or `shop:<marketplace>:<shopId>`. */
  code: string
  uscc: string | null
  regNo: string | null
  kind: WorldOperatorKind
  /** Kind in the registry's own words; null for a natural person's shop. */
  type: string | null
  name: string
  formerNames: string[]
  /** Null for a natural person's shop. */
  representative: string | null
  region: string
  city: string
  capitalWan: number | null
  establishedOn: string
  approvedOn: string | null
  termTo: string | null
  status: 'ACTIVE' | 'REVOKED' | 'DEREGISTERED'
  authority: string | null
  address: string | null
  scope: string | null
  /** Invented brand of the operator's goods, and the key of its trade. */
  brand: string
  trade: string
  shops: WorldShop[]
}

export interface WorldShop {
  marketplace: string
  shopId: string
  name: string
  url: string
  category: string
  openedOn: string
  /** How the marketplace checked the real name; null if it did not. */
  realNameMethod: 'NETWORK_ID' | 'MARKETPLACE_CHECK' | 'LICENCE' | null
  realNameMatched: boolean | null
}

export interface WorldIcpFiling {
  /** 吉ICP备99……号-1. No real number begins with 99. */
  number: string
  sponsorName: string
  sponsorUscc: string
  nature: string
  siteName: string
  domains: string[]
  filedOn: string
  status: 'VALID' | 'CANCELLED'
}

export interface WorldTrustmark {
  certifier: string
  certificateNumber: string
  mark: string
  holderName: string
  holderUscc: string
  domains: string[]
  issuedOn: string
  validTo: string
  status: 'VALID' | 'SUSPENDED' | 'REVOKED' | 'EXPIRED'
}

export interface WorldAssociationGrade {
  association: string
  scheme: string
  number: string
  memberName: string
  memberUscc: string
  grade: 'AAA' | 'AA' | 'A'
  awardedOn: string
  validTo: string
  pactUrl: string
}

export interface WorldTrademark {
  number: string
  class: number
  name: string
  ownerName: string
  /** Null for an owner outside the world. */
  ownerUscc: string | null
  status: 'REGISTERED' | 'APPLIED' | 'INVALID' | 'EXPIRED'
  appliedOn: string
  registeredOn: string | null
  expiresOn: string | null
  goods: string[]
}

export interface WorldInspection {
  noticeNumber: string
  serial: number
  announcedOn: string
  category: string
  product: string
  brand: string | null
  model: string | null
  producedOn: string | null
  batch: string | null
  sellerName: string
  sellerUscc: string
  /** Null for an unknown producer, which is sent as "/". */
  labelledProducer: string | null
  labelledProducerPlace: string | null
  result: 'PASS' | 'FAIL'
  failures: string[]
  laboratory: string
  /** Marketplace where the sample was bought; null for a physical shop. */
  marketplace: string | null
  note: string | null
}

export interface WorldPenalty {
  documentNumber: string
  partyName: string
  partyUscc: string | null
  partyRegNo: string | null
  partyKind: 'ORGANISATION' | 'INDIVIDUAL_BUSINESS' | 'NATURAL_PERSON'
  representative: string | null
  /** Synthetic ID number with birth year 1900. */
  partyCertificate: string | null
  representativeCertificate: string | null
  violation: string
  facts: string
  basis: string
  types: string[]
  content: string
  fineYuan: string | null
  confiscatedYuan: string | null
  licence: string | null
  decidedOn: string
  effectiveUntil: string
  publishUntil: string
  authority: string
  authorityCode: string
  sourceUnit: string
  sourceUnitCode: string
  note: string | null
}

export interface WorldListEntry {
  id: string
  uscc: string
  regNo: string | null
  name: string
  reasonCode: string
  reason: string
  listedOn: string
  authority: string
  authorityRegion: string
  documentNumber: string
  removal: { on: string; reason: string; authority: string; documentNumber: string } | null
}

export interface WorldChange {
  code: string
  changedOn: string
  was: Partial<Pick<WorldOperator, 'name' | 'formerNames' | 'address' | 'capitalWan' | 'status' | 'approvedOn'>>
}

export type WorldFault =
  | { feed: 'registry'; what: string; operator: WorldOperator }
  | { feed: 'quality'; what: string; inspection: WorldInspection }
  | { feed: 'penalties'; what: string; penalty: WorldPenalty }

export interface WorldPermit {
  documentName: string
  documentNumber: string
  category: '普通' | '登记'
  certificate: string
  permitNumber: string
  content: string
  partyName: string
  partyUscc: string
  partyKind: 'ORGANISATION' | 'INDIVIDUAL_BUSINESS'
  representative: string | null
  decidedOn: string
  validFrom: string
  validUntil: string
  valid: boolean
  authority: string
  authorityCode: string
  sourceUnit: string
  sourceUnitCode: string
}

export interface WorldRepair {
  application: string
  target: 'PENALTY' | 'LIST_ENTRY' | 'ABNORMAL'
  targetNumber: string | null
  targetAuthority: string
  partyName: string
  partyUscc: string
  outcome: 'REPAIRED' | 'REMOVED' | 'REFUSED'
  decidedOn: string
  documentNumber: string
  authority: string
}

export interface WorldDefaulter {
  name: string
  /** USCC or organisation code. For the one natural person, a half-masked ID number. */
  code: string
  person: boolean
  caseNumber: string
  basisNumber: string
  basisUnit: string
  court: string
  area: string
  filedOn: string
  publishedOn: string
  conduct: string
  performed: '全部未履行' | '部分未履行'
  removedOn: string | null
}

export interface WorldAbnormal {
  uscc: string
  regNo: string | null
  name: string
  causeCode: string
  cause: string
  listedOn: string
  authority: string
  authorityRegion: string
  removal: { on: string; reasonCode: string; reason: string; revoked: boolean } | null
}

export interface WorldFood {
  sampleNumber: string
  serial: number
  noticeNumber: string
  announcedOn: string
  category: string
  food: string
  brand: string | null
  model: string | null
  producedOn: string
  sellerName: string
  sellerUscc: string
  sellerAddress: string
  /** Null for an absent name, which is sent as "/". */
  producerName: string | null
  /** Null for a maker outside the world. */
  producerUscc: string | null
  producerAddress: string | null
  failures: { what: string; found: string; allowed: string }[]
  task: string
  laboratory: string
  marketplace: string | null
  note: string | null
}

export interface WorldStandard {
  number: string
  name: string
  ownerName: string
  ownerUscc: string
  declaredOn: string
  abolishedOn: string | null
  products: { name: string; model: string; category: string }[]
}

export interface WorldCommitment {
  id: string
  partyName: string
  partyUscc: string
  subject: string
  text: string
  madeOn: string
  /** Null for a commitment without an end. */
  validTo: string | null
  checks: { on: string; result: 'KEPT' | 'BROKEN' | 'PARTLY'; by: string; note: string | null }[]
}

export interface WorldRecall {
  number: string
  announcedOn: string
  product: string
  brand: string | null
  model: string | null
  /** A number from the GTIN range for internal use in shops. */
  gtin: string | null
  hazard: string
  remedy: string
  quantity: string
  firm: string
  firmUscc: string | null
  role: 'MANUFACTURER' | 'IMPORTER' | 'SELLER'
  country: string
  status: 'ONGOING' | 'TERMINATED'
  authority: string
  note: string | null
}
