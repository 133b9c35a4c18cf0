/**
 * Sends rejected rows of every feed that ends records by absence, with nulls, empty strings and missing members. The result must
 * equal a naive model of the keys, the codes and the members that may be spoilt.
 */
import { deliver, type Fields, standingIn } from '../support/absence.js'
import { freshDatabase } from '../support/database.js'
import { at, codeOf, later } from '../support/world.js'
import { type Random, randomOf } from './random.js'

interface Kind {
  item: (firm: number, n: number) => Fields
  key: (firm: number, n: number) => string
  /** The key can be read only if the row has all of these members. */
  keyed: readonly string[]
  /** Optional members of the key: without one it is another record's key. */
  loose?: readonly string[]
  /** The code can be read only if the row has all of these members. */
  coded: readonly string[]
  /** The member that names all records of a stem, and the one that distinguishes them. */
  stem?: { by: string; apart: string }
  /** A member outside the key. An impossible date in it rejects the row. */
  spoilt: string
}

const AUTHORITY = '虚构市市场监督管理局'
const name = (firm: number) => `虚构商行${firm}`

const KINDS: Record<string, Kind> = {
  dishonest: {
    item: (firm, n) => ({
      ...{ ILLID: `L${firm}-${n}`, ENTNAME: name(firm), UNISCID: codeOf(firm), SERILLREA_CN: '售假' },
      ...{ ABNTIME: '2026-01-05', DECORG_CN: AUTHORITY, REMDATE: null },
    }),
    key: (firm, n) => `L${firm}-${n}`,
    keyed: ['ILLID'],
    coded: ['UNISCID'],
    spoilt: 'ABNTIME',
  },
  abnormal: {
    item: (firm, n) => ({
      ...{ ENTNAME: name(firm), UNISCID: codeOf(firm), SPECAUSE_CN: `事由${n}`, ABNTIME: '2026-01-05' },
      ...{ DECORG_CN: AUTHORITY, REMDATE: null },
    }),
    key: (firm, n) => `abnormal/${codeOf(firm)}/2026-01-05/事由${n}`,
    keyed: ['UNISCID', 'ABNTIME', 'SPECAUSE_CN'],
    coded: ['UNISCID'],
    spoilt: 'REMDATE',
  },
  defaulters: {
    item: (firm, n) => ({
      ...{
        iname: name(firm),
        cardnum: codeOf(firm),
        partyTypeName: '法人或其他组织',
        caseCode: `（2026）吉01执${n}号`,
      },
      ...{
        gistId: `（2025）吉01民初${n}号`,
        courtName: '虚构市人民法院',
        publishDate: '2026-01-05',
        regDate: '2026-01-02',
      },
      ...{ disruptTypeName: '有履行能力而拒不履行' },
    }),
    key: (firm, n) => `（2026）吉01执${n}号/（2025）吉01民初${n}号/${codeOf(firm)}`,
    keyed: ['iname', 'partyTypeName', 'caseCode'],
    loose: ['gistId', 'cardnum'],
    coded: ['cardnum'],
    spoilt: 'regDate',
  },
  shops: {
    item: (firm, n) => ({
      ...{ marketplace: 'guguji', shopId: `s${firm}-${n}`, shopName: `虚构店${n}`, openedOn: '2026-01-05' },
      ...{ sellerKind: '企业', sellerName: name(firm), uscc: codeOf(firm), category: '食品' },
    }),
    key: (firm, n) => `shop:guguji:s${firm}-${n}`,
    keyed: ['marketplace', 'shopId'],
    coded: ['uscc'],
    spoilt: 'openedOn',
  },
  trademarks: {
    item: (firm, n) => ({
      ...{ regNo: String(99_000_000 + firm), intCls: String(n + 1), tmName: '虚构牌', applicant: name(firm) },
      ...{ uscc: codeOf(firm), status: '注册', regDate: '2020-01-05', goods: null },
    }),
    key: (firm, n) => `${99_000_000 + firm}/${n + 1}`,
    keyed: ['regNo', 'intCls'],
    coded: ['uscc'],
    stem: { by: 'regNo', apart: 'intCls' },
    spoilt: 'regDate',
  },
  standards: {
    item: (firm, n) => ({
      ...{
        标准编号: `Q/XG${firm} ${n + 1}—2026`,
        标准名称: '虚构标准',
        企业名称: name(firm),
        统一社会信用代码: codeOf(firm),
      },
      ...{ 标准状态: '现行有效', 公开时间: '2026-01-05' },
    }),
    key: (firm, n) => `${codeOf(firm)}/Q/XG${firm} ${n + 1}—2026`,
    keyed: ['标准编号', '企业名称'],
    loose: ['统一社会信用代码'],
    coded: ['统一社会信用代码'],
    spoilt: '公开时间',
  },
  icp: {
    item: (firm, n) => ({
      ...{
        unitName: name(firm),
        natureName: '企业',
        unitCode: codeOf(firm),
        serviceLicence: `吉ICP备${20_260_000 + firm}号-${n + 1}`,
      },
      ...{ serviceName: '虚构网', domains: null, auditDate: '2026-01-05', state: '正常' },
    }),
    key: (firm, n) => `吉ICP备${20_260_000 + firm}号-${n + 1}`,
    keyed: ['serviceLicence'],
    coded: ['unitCode', 'natureName'],
    spoilt: 'auditDate',
  },
  trustmarks: {
    item: (firm, n) => ({
      ...{
        认证机构: n % 2 === 0 ? '甲认证' : '乙认证',
        证书编号: `C${firm}-${n}`,
        认证标志: '可信',
        获证主体: name(firm),
      },
      ...{
        统一社会信用代码: codeOf(firm),
        网站域名: '',
        发证日期: '2026-01-05',
        有效期至: '2028-01-04',
        证书状态: '有效',
      },
    }),
    key: (firm, n) => `${n % 2 === 0 ? '甲认证' : '乙认证'}/C${firm}-${n}`,
    keyed: ['认证机构', '证书编号'],
    coded: ['统一社会信用代码'],
    spoilt: '发证日期',
  },
  ratings: {
    item: (firm, n) => ({
      ...{ 协会名称: n % 2 === 0 ? '甲协会' : '乙协会', 评价办法: '虚构办法', 评价编号: `P${firm}-${n}` },
      ...{ 会员名称: name(firm), 统一社会信用代码: codeOf(firm), 评价等级: 'A', 评定日期: '2026-01-05' },
      ...{ 有效期至: '2028-01-04', 自律公约网址: '' },
    }),
    key: (firm, n) => `${n % 2 === 0 ? '甲协会' : '乙协会'}/P${firm}-${n}`,
    keyed: ['协会名称', '评价编号'],
    coded: ['统一社会信用代码'],
    spoilt: '评定日期',
  },
}

const FIRMS = 10
const RECORDS_A_FIRM = 3
/** Rejected rows per delivery. */
const BAD_A_DELIVERY = 10
const SENT_SHARE = 0.6
const MISSING = 'missing'
const NOTHINGS = [null, '', ' ', MISSING]

interface Bad {
  fields: Fields
  firm: number
  n: number
  touched: Set<string>
}

/** Makes a row that is always rejected. Up to three further members are null, empty or missing. */
const badOf = (kind: Kind, random: Random): Bad => {
  const [firm, n] = [1 + random.below(FIRMS), random.below(RECORDS_A_FIRM)]
  const fields = { ...kind.item(firm, n), [kind.spoilt]: '2026-02-31' }
  const touched = new Set<string>()
  for (let more = random.below(4); more > 0; more -= 1) {
    const member = random.one(Object.keys(fields).filter((each) => each !== kind.spoilt))
    const nothing = random.one(NOTHINGS)
    if (nothing === MISSING) delete fields[member]
    else fields[member] = nothing
    touched.add(member)
  }
  return { fields, firm, n, touched }
}

type Records = { firm: number; n: number; key: string }[]

/** Keys of the records that a rejected row may stand for. */
const meantBy = (kind: Kind, { firm, n, touched }: Bad, all: Records): string[] => {
  const isOut = (members: readonly string[] = []) => members.some((each) => touched.has(each))
  if (!isOut(kind.keyed)) return isOut(kind.loose) ? [] : [kind.key(firm, n)]
  const meant: string[] = []
  if (kind.stem && !touched.has(kind.stem.by))
    meant.push(...all.filter((each) => each.firm === firm).map(({ key }) => key))
  if (!isOut(kind.coded)) meant.push(...all.filter((each) => each.firm === firm).map(({ key }) => key))
  return meant
}

export interface SoakedAbsence {
  ok: boolean
  items: number
  deliveries: number
  ended: number
  /** Deliveries after which the records differ from the model. */
  faults: { feed: string; delivery: number; more: string[]; fewer: string[] }[]
}

/** `items` is the number of rejected rows over all feeds. */
export const soakAbsence = async ({
  items,
  seed,
  progress,
}: {
  items: number
  seed: number
  progress?: (items: number) => void
}): Promise<SoakedAbsence> => {
  const random = randomOf(seed)
  const database = await freshDatabase()
  const soaked: SoakedAbsence = { ok: false, items: 0, deliveries: 0, ended: 0, faults: [] }
  const standing = new Map<string, Set<string>>(Object.keys(KINDS).map((feed) => [feed, new Set()]))
  const all = (kind: Kind): Records =>
    Array.from({ length: FIRMS * RECORDS_A_FIRM }, (_, place) => {
      const [firm, n] = [1 + Math.floor(place / RECORDS_A_FIRM), place % RECORDS_A_FIRM]
      return { firm, n, key: kind.key(firm, n) }
    })
  try {
    while (soaked.items < items) {
      for (const [feed, kind] of Object.entries(KINDS)) {
        const records = all(kind)
        const sent = records.filter(() => random.chance(SENT_SHARE))
        const bad = Array.from({ length: BAD_A_DELIVERY }, () => badOf(kind, random))
        const rows = [...sent.map(({ firm, n }) => kind.item(firm, n)), ...bad.map(({ fields }) => fields)]
        soaked.deliveries += 1
        const pulled = await deliver(database.db, feed, rows, { now: at(later(soaked.deliveries * 60)) })
        const meant = new Set(bad.flatMap((one) => meantBy(kind, one, records)))
        const before = standing.get(feed) ?? new Set()
        const expected = new Set([...sent.map(({ key }) => key), ...[...before].filter((key) => meant.has(key))])
        standing.set(feed, expected)
        const found = new Set(await standingIn(database.db, feed))
        const more = [...found].filter((key) => !expected.has(key))
        const fewer = [...expected].filter((key) => !found.has(key))
        if (more.length + fewer.length > 0 || pulled.rejected !== bad.length)
          soaked.faults.push({ feed, delivery: soaked.deliveries, more, fewer })
        soaked.items += bad.length
        soaked.ended += pulled.ended
        progress?.(soaked.items)
      }
    }
  } finally {
    await database.drop()
  }
  soaked.ok = soaked.faults.length === 0 && soaked.ended > 0
  return soaked
}
