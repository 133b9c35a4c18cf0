/** ICP filings, trusted-site certificates and associations' grades of the world's firms. Every host is under `.example`. */
import { at, chance, plusDays, termOf } from './chance.js'
import { CAST, EARLIER_ON, LAST_DAY } from './operators.js'
import type { WorldAssociationGrade, WorldIcpFiling, WorldOperator, WorldTrustmark } from './types.js'

const FIRST_FILING = 99_100_000 // eight digits; a real number begins with the year
const SECOND_SITE = 5 // every n-th sponsor has another site
const CERTIFIERS = ['松嫩可信网站认证中心', '长岭诚信标识认证有限公司'] as const
const MARKS = ['可信网站', '诚信经营示范店'] as const
const CERTIFIED_OF = 4 // every n-th sponsor
const CERTIFICATE_YEARS = 3
const ASSOCIATIONS = ['松嫩电子商务协会', '长岭网商行业协会'] as const
const GRADES = ['AAA', 'AA', 'A'] as const
const GRADED_OF = 6 // every n-th sponsor
const GRADE_YEARS = 3

const NATURES: Record<string, string> = { enterprise: '企业', individual: '个体工商户' }

export const icpFilings = (operators: readonly WorldOperator[]): WorldIcpFiling[] => {
  const luck = chance('icp')
  return sponsors(operators).flatMap(({ one, n, uscc }) => {
    const main = `吉ICP备${FIRST_FILING + n * 37}号`
    const sites = n % SECOND_SITE === 0 ? 2 : 1
    return Array.from({ length: sites }, (_, site) => ({
      number: `${main}-${site + 1}`,
      sponsorName: one.name,
      sponsorUscc: uscc,
      nature: NATURES[one.kind] ?? '企业',
      siteName: `${one.brand}${site === 0 ? '官网' : '商城'}`,
      domains: site === 0 ? [hostOf(n, 'www'), hostOf(n, 'm')] : [hostOf(n, 'shop')],
      filedOn: luck.day(one.establishedOn, EARLIER_ON),
      status: one.status === 'ACTIVE' ? 'VALID' : 'CANCELLED',
    }))
  })
}

export const trustmarks = (operators: readonly WorldOperator[]): WorldTrustmark[] => {
  const luck = chance('trustmarks')
  const good = at(operators, CAST.good).code
  return sponsors(operators)
    .filter(({ one, n }) => one.code === good || (n % CERTIFIED_OF === 2 && one.status === 'ACTIVE'))
    .map(({ one, n, uscc }) => {
      const issuedOn =
        one.code === good ? '2025-05-12' : luck.day(later(one.establishedOn, '2020-01-01'), plusDays(EARLIER_ON, -30))
      const validTo = termOf(issuedOn, CERTIFICATE_YEARS)
      const who = n % CERTIFIERS.length
      return {
        certifier: at(CERTIFIERS, who),
        certificateNumber: `KX-${issuedOn.slice(0, 4)}-${String(10_000 + n * 13)}`,
        mark: at(MARKS, who),
        holderName: one.name,
        holderUscc: uscc,
        domains: [hostOf(n, 'www')],
        issuedOn,
        validTo,
        status: validTo < LAST_DAY ? 'EXPIRED' : one.code !== good && luck.happens(0.1) ? 'SUSPENDED' : 'VALID',
      }
    })
}

export const associationGrades = (operators: readonly WorldOperator[]): WorldAssociationGrade[] => {
  const luck = chance('associations')
  const good = at(operators, CAST.good).code
  return sponsors(operators)
    .filter(({ one, n }) => one.code === good || (n % GRADED_OF === 4 && one.status === 'ACTIVE'))
    .map(({ one, n, uscc }) => {
      const awardedOn = luck.day(later(one.establishedOn, '2023-01-01'), plusDays(EARLIER_ON, -30))
      return {
        association: at(ASSOCIATIONS, n % ASSOCIATIONS.length),
        scheme: '会员诚信经营评价办法（2023年修订）',
        number: `PJ-${awardedOn.slice(0, 4)}-${String(10_000 + n * 7)}`,
        memberName: one.name,
        memberUscc: uscc,
        grade: one.code === good ? 'AAA' : at(GRADES, n % GRADES.length),
        awardedOn,
        validTo: termOf(awardedOn, GRADE_YEARS),
        pactUrl: `https://pact${1 + (n % ASSOCIATIONS.length)}.example/self-discipline`,
      }
    })
}

interface Sponsor {
  one: WorldOperator
  uscc: string
  n: number
}

/** Every second firm that was founded more than 60 days before `EARLIER_ON`, and the good example. */
const sponsors = (operators: readonly WorldOperator[]): Sponsor[] =>
  operators.flatMap((one, n) => {
    const firm = one.kind === 'enterprise' || one.kind === 'individual'
    const chosen = n === CAST.good || n % 2 === 0
    return firm && chosen && one.uscc !== null && one.establishedOn < plusDays(EARLIER_ON, -60)
      ? [{ one, n, uscc: one.uscc }]
      : []
  })

const hostOf = (n: number, name: string): string => `${name}.shop${1000 + n}.example`

const later = (a: string, b: string): string => (a > b ? a : b)
