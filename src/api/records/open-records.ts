import { may, RECORD_KINDS_SEEN, regionBoundOf } from '../../domain/access/viewer.js'
import { maskName } from '../../domain/listing/masked-names.js'
import {
  isTrademarkInTerm,
  makeProductWordKey,
  matchesModel,
  PRODUCT_WORD_LENGTH_MOST,
  parseGtin,
} from '../../domain/records/product.js'
import {
  makeTrademarkKey,
  parseNiceClass,
  parseTrademarkNumber,
  type TrademarkOffice,
} from '../../domain/records/trademark.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/records/open-records.js'
import type { RecordVersion } from '../../store/records/versions.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-at-time.js'
import { makeRecordView } from './records.js'

const feedsOf = ({ parts }: GraphqlContext, kind: string): string[] =>
  parts.agencies.flatMap(({ feeds }) => feeds.flatMap((feed) => (feed.kind === kind ? [feed.id] : [])))

const isOpenTo = (context: GraphqlContext, { kind, stands }: RecordVersion): boolean =>
  RECORD_KINDS_SEEN[context.viewer.role].includes(kind) && (stands || seesRemoved(context))

const seesRemoved = ({ viewer }: GraphqlContext): boolean =>
  may(viewer, 'see_removed') && regionBoundOf(viewer) === null

interface TrademarkArgs {
  number: string
  class: number
  office: TrademarkOffice
}

const trademark = async (_: unknown, args: TrademarkArgs, context: GraphqlContext) => {
  const [number, inClass] = [parseTrademarkNumber(args.number), parseNiceClass(args.class)]
  if (number === null || inClass === null) return null
  const key = makeTrademarkKey(args.office, number, inClass)
  const trademarks = await store.findTrademarkVersions(context.parts.db, feedsOf(context, 'trademark'), key)
  const version = trademarks.find((each) => isOpenTo(context, each))
  if (version === undefined) return null
  const { body } = version
  return {
    number,
    class: inClass,
    office: args.office,
    name: body['name'],
    state: body['status'] ?? null,
    inTerm: version.stands && isTrademarkInTerm(body, context.today),
    appliedOn: body['applied_on'] ?? null,
    registeredOn: body['registered_on'] ?? null,
    expiresOn: body['expires_on'] ?? null,
    ownerName: await nameShown(context, version, 'owner_name'),
    owner: () => ownerOf(context, version),
    ...beside(context, version),
  }
}

interface ProductArgs {
  gtin?: string | null
  brand?: string | null
  model?: string | null
}

const product = async (_: unknown, args: ProductArgs, context: GraphqlContext) => {
  const { gtin, brand, model } = askedIn(args)
  const removed = seesRemoved(context)
  const word = brand === null ? null : makeProductWordKey(brand)
  const records = await store.findRecordsOfProduct(context.parts.db, { gtin, brand: word, removed })
  const versions = records.slice(0, store.PRODUCT_RECORDS_MOST).filter((each) => isOpenTo(context, each))
  const about = versions.filter(
    ({ body }) => model === null || hasGtin(body['gtins'], gtin) || matchesModel(body['model'], model),
  )
  const contested = await Promise.all(about.map(({ id }) => context.load.recordContested(id)))
  return {
    gtin,
    brand,
    model,
    samplings: about.filter(({ kind }) => kind === 'inspection').map((each) => samplingView(context, each)),
    recalls: about.filter(({ kind }) => kind === 'recall').map((each) => recallView(context, each)),
    contested: contested.includes(true),
    more: records.length > store.PRODUCT_RECORDS_MOST,
  }
}

const hasGtin = (gtins: unknown, gtin: string | null): boolean =>
  gtin !== null && Array.isArray(gtins) && gtins.includes(gtin)

const askedIn = (args: ProductArgs): { gtin: string | null; brand: string | null; model: string | null } => {
  const [given, brand, model] = [args.gtin, args.brand, args.model].map(
    (text) => refuseUnstorableText(text)?.trim() || null,
  )
  const gtin = given == null ? null : parseGtin(given)
  if (given != null && gtin === null) throw invalid('不是有效的商品条码 not a valid GTIN')
  if (gtin === null && brand == null) throw invalid('须给出条码或品牌 a barcode or a brand must be given')
  if (model != null && brand == null) throw invalid('型号须与品牌同时给出 a model only together with a brand')
  if ([brand, model].some((word) => (word?.length ?? 0) > PRODUCT_WORD_LENGTH_MOST))
    throw invalid(`最长 ${PRODUCT_WORD_LENGTH_MOST} 字 at most ${PRODUCT_WORD_LENGTH_MOST} characters`)
  return { gtin, brand: brand ?? null, model: model ?? null }
}

const invalid = (reason: string) => new Refusal('INPUT_INVALID', { reason })

const samplingView = (context: GraphqlContext, version: RecordVersion) => ({
  ...goods(version),
  batch: version.body['batch'] ?? null,
  failures: version.body['failures'] ?? [],
  partyRole: version.body['party_role'] ?? 'UNKNOWN',
  partyName: () => nameShown(context, version, 'party_name'),
  operator: () => ownerOf(context, version),
  ...beside(context, version),
})

const recallView = (context: GraphqlContext, version: RecordVersion) => ({
  ...goods(version),
  gtins: version.body['gtins'] ?? [],
  hazard: version.body['hazard'] ?? null,
  remedy: version.body['remedy'] ?? null,
  state: version.body['status'] ?? 'UNKNOWN',
  partyRole: version.body['party_role'] ?? 'UNKNOWN',
  firm: () => nameShown(context, version, 'firm'),
  operator: () => ownerOf(context, version),
  ...beside(context, version),
})

const goods = ({ body }: RecordVersion) => ({
  product: body['product'],
  brand: body['brand'] ?? null,
  model: body['model'] ?? null,
  announcedOn: body['announced_on'] ?? null,
})

const beside = (context: GraphqlContext, version: RecordVersion) => ({
  operatorId: version.operatorId,
  contested: () => context.load.recordContested(version.id),
  record: makeRecordView(context, version),
})

const ownerOf = (context: GraphqlContext, { operatorId }: RecordVersion) =>
  operatorId === null ? null : operatorById(context, operatorId)

const nameShown = async (context: GraphqlContext, version: RecordVersion, field: string): Promise<string | null> => {
  const name = version.body[field]
  if (typeof name !== 'string') return null
  const owner = version.operatorId === null ? null : await context.load.operator(version.operatorId)
  return may(viewerTowards(context, owner), 'see_inner_listings') ? name : maskName(name)
}

export const openRecordResolvers = { Query: { trademark, product } }
