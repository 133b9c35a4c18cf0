/**
 * Compares the access table with the running server. Every role queries every field of the schema about an own operator, another
 * one and a missing one. What the table allows is answered; anything else is answered as for the missing one.
 */
import { expect } from 'chai'
import { type GraphQLField, isNonNullType } from 'graphql'
import {
  accessTableFaults,
  FIELD_ACCESS,
  type FieldAccess,
  mayAnswerField,
  NODE_ACCESS,
  type ObjectScope,
} from '../../../src/api/access/fields.js'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import { maySeeOperator, type Role, type Viewer, viewerOfFile } from '../../../src/domain/access/viewer.js'
import { keyIn } from '../global-ids.js'
import { NOW, type World } from '../world.js'
import { ASKED, type Cells, cellsIn, isSomething, marksOf, type Question, questionOf } from './matrix-questions.js'
import { ABSENT, ELSEWHERE, type MatrixWorld, makeMatrixWorld, SENDER, type Side, UPLOADER } from './matrix-world.js'

const SCHEMA = makeSchema()
const CITY = '220100'
/** Requests sent at once. */
const AT_ONCE = 4
const AUTHORITIES: readonly Role[] = ['officer', 'reviewer', 'administrator', 'auditor']
/** Scopes of objects that belong to one operator. The others belong to nobody or everybody, or are public. */
const OF_A_SIDE: readonly ObjectScope[] = ['SIGHT', 'SENT', 'GRADE']
/** Outside the authorities, only the author of the objection sees these. */
const OWN_WORD: readonly string[] = ['Objection.openedBy', 'Objection.decidedBy']
/** Among the allowed roles, only the one who opened or recorded the object may do this. */
const OWN_DEED: readonly string[] = ['withdrawObjection', 'withdrawAuthorisation']
/** Possible once: the next caller finds nothing left to do. */
const ONCE: readonly string[] = ['settleConcern', 'settleDiscrepancy', 'closeRetraction']
/** Refused about an own operator, too: nobody consents to a decision of their own level (`mayConsentToListing`). */
const OWN_LEVEL = 'consentListing'
/** Names no operator, and counts what `cases` lists. */
const COUNTS = 'caseBoard'
const WORK = ['worklist', 'workCounts']
/** Names no operator, and counts by rule what `rejects` lists for the same viewer. */
const RULES = 'rejectRules'
/** Sent last, because they change the data for all later requests. */
const LAST = ['divideOperator', 'mergeOperators', 'declareRestored', 'releaseRestored', 'undoDecision']

interface Asker extends Viewer {
  name: string
}
type RootField = GraphQLField<unknown, unknown>
interface Said {
  data: unknown
  errors: unknown
  status: number
}
interface Told {
  who: Asker
  side: Side
  cells: Cells
}

const asker = (role: Role, more: Partial<Asker> = {}): Asker => {
  const region = more.region ?? null
  const name = more.name ?? (region === null ? role : `${role} of ${region}`)
  return { role, sub: role === 'public' ? null : role, agency: null, region, ...more, name }
}

const rootsOf = (root: 'Query' | 'Mutation'): RootField[] =>
  Object.values((root === 'Query' ? SCHEMA.getQueryType() : SCHEMA.getMutationType())?.getFields() ?? {})

const rowOf = (root: 'Query' | 'Mutation', { name }: Question): FieldAccess =>
  (name.startsWith('node ')
    ? NODE_ACCESS.get(name.slice('node '.length))
    : FIELD_ACCESS.get(`${root}.${name}`)) as FieldAccess

/** True when required arguments name the object. Other root fields are lists. */
const isLookUp = ({ args }: RootField): boolean => args.some((arg) => isNonNullType(arg.type))

const codeIn = ({ errors }: Said): unknown =>
  (errors as { extensions: { code: string } }[] | undefined)?.[0]?.extensions.code

/** Replaces the values of a side by their names, because some answers repeat their arguments. */
const plain = (said: Said, side: Side): string =>
  Object.entries(side).reduce(
    (text, [name, value]) => (value === '' ? text : text.replaceAll(value, name)),
    JSON.stringify(said),
  )

const inTurn = async <T>(all: readonly T[], deed: (one: T) => Promise<void>): Promise<void> => {
  const left = [...all]
  const take = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await deed(one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
}

/** The texts of the statements without their values, in a fixed order. */
const comparable = (statements: readonly string[]): string => [...statements].sort().join('\n')

describe('access matrix', () => {
  let made: MatrixWorld
  let world: World
  let askers: Asker[]
  let sides: readonly Side[]
  before(async () => {
    made = await makeMatrixWorld()
    world = made.world
    sides = [made.own, made.other]
    askers = [
      asker('public'),
      asker('marketplace'),
      asker('credit_service'),
      asker('partner'),
      asker('agency', { agency: SENDER }),
      asker('agency', { agency: ELSEWHERE, name: 'agency elsewhere' }),
      asker('agency', { agency: SENDER, region: CITY, sub: UPLOADER }),
      ...AUTHORITIES.map((role) => asker(role)),
      ...AUTHORITIES.map((role) => asker(role, { region: CITY, sub: UPLOADER })),
      asker('party', { sub: made.own['Code'] ?? '' }),
    ]
    for (const who of askers) {
      const { sub, role, agency, region } = who
      if (sub !== null) tokens.set(who, world.keys.sign({ sub, role, agency, region }, NOW.getTime()).token)
    }
  })
  after(() => world.close())

  /** One token per asker. */
  const tokens = new Map<Asker, string>()
  /** Sends several root fields in one request, and returns the answer to each as if it were sent alone. */
  const ask = async (who: Asker, operation: string, texts: readonly string[]): Promise<Said[]> => {
    const token = tokens.get(who) ?? null
    const asked = `${operation} { ${texts.map((text, place) => `a${place}: ${text}`).join(' ')} }`
    const { status, data, errors } = await world.ask(asked, token === null ? {} : { token })
    return texts.map((_, place) => ({
      status,
      data: data?.[`a${place}`] ?? null,
      errors: errors
        ?.filter(({ path }) => path?.[0] === `a${place}`)
        .map(({ extensions, message }) => ({ extensions, message })),
    }))
  }
  /** Of several askers of one role that are all refused, only the first is tested. */
  const isFirst = (row: FieldAccess, who: Asker): boolean => {
    const first = askers.find(({ role }) => role === who.role)
    return first === who || (first !== undefined && mayAnswerField(row, first))
  }
  const operatorOf = (side: Side) => ({ uscc: side['Code'] ?? '', shop: null, region: side.region })
  /** Of the agencies that ask, the sender's province alone has a seat in measures. */
  const isSeated = ({ agency, region }: Asker): boolean => agency === SENDER && region === null
  /** True when the table gives this asker the field on an object of this side. */
  const given = (row: FieldAccess, who: Asker, side: Side): boolean => {
    const isOutside = ['marketplace', 'credit_service', 'partner'].includes(who.role)
    if (row.whose === 'GRADE' && isOutside && side !== made.own) return false
    if (row.whose === 'SENT' && who.role === 'agency' && who.agency !== SENDER) return false
    const isElsewhere = (isOutside || who.role === 'agency') && !isSeated(who)
    if (row === FIELD_ACCESS.get('Listing.measures') && isElsewhere) return false
    return mayAnswerField(row, viewerOfFile(who, operatorOf(side)))
  }
  const isThere = (row: FieldAccess, who: Asker, side: Side): boolean =>
    maySeeOperator(who, operatorOf(side)) && given(row, who, side)

  it('lists every field once, and detects a new field without a row', () => {
    const fields = Object.values(SCHEMA.getTypeMap()).flatMap((type) =>
      'getFields' in type &&
      !type.name.startsWith('__') &&
      [...FIELD_ACCESS.keys()].some((n) => n.startsWith(`${type.name}.`))
        ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
        : [],
    )
    expect(accessTableFaults(fields)).to.deep.equal([])
    expect(accessTableFaults([...fields, 'Operator.secret'])).to.deep.equal(['Operator.secret has no row'])
    expect(accessTableFaults(fields.filter((name) => name !== 'Operator.name'))).to.deep.equal([
      'Operator.name is no field',
    ])
  })

  it('covers every field of the table by a query or mutation', () => {
    for (const root of ['Query', 'Mutation'] as const)
      for (const field of rootsOf(root)) expect(questionOf(SCHEMA, field, made.own), field.name).to.not.have.length(0)
    expect([...FIELD_ACCESS.keys()].filter((name) => !ASKED.has(name))).to.deep.equal([])
  })

  it('every query answers what the table allows, and anything else as if it did not exist', async () => {
    const wrong: string[] = []
    const told = new Map<string, Told[]>()
    const asked = rootsOf('Query').flatMap((field) => {
      const about = [...sides, ABSENT].map((side) => questionOf(SCHEMA, field, side))
      return (about[0] ?? []).map((question, place) => ({
        question,
        field,
        texts: about.flatMap((one) => one[place]?.text ?? []),
      }))
    })
    await inTurn(
      asked.flatMap((one) => askers.map((who) => ({ ...one, who }))),
      async ({ question, field, texts, who }) => {
        const row = rowOf('Query', question)
        const named = isLookUp(field)
        const root = FIELD_ACCESS.get(`Query.${field.name}`) as FieldAccess
        if (!mayAnswerField(root, who)) {
          if (!isFirst(root, who)) return
          const each = await Promise.all(texts.map(async (text) => (await ask(who, 'query', [text]))[0] as Said))
          wrong.push(...refusedWrong(question, who, each))
          return
        }
        const all = await ask(who, 'query', named ? texts : texts.slice(0, 1))
        if (named) {
          wrong.push(...lookedUpWrong(question, row, who, all))
          for (const [place, side] of sides.entries()) {
            const cells = cellsIn(SCHEMA, question.name, all[place]?.data)
            told.set(question.name, [...(told.get(question.name) ?? []), { who, side, cells }])
          }
        } else wrong.push(...listWrong(question, row, who, all[0] as Said))
      },
    )
    for (const who of askers.filter((one) => mayAnswerField(FIELD_ACCESS.get(`Query.${COUNTS}`) as FieldAccess, one))) {
      const counts = [`${COUNTS} { cases }`, 'cases { totalCount }']
      const [board, page] = (await ask(who, 'query', counts)) as [Said, Said]
      const counted = (board.data as { cases: number }[]).reduce((sum, { cases }) => sum + cases, 0)
      const shown = (page.data as { totalCount: number }).totalCount
      if (counted !== shown || shown !== (who.region === null ? 3 : 1))
        wrong.push(`${COUNTS} as ${who.name}: ${counted}`)
    }
    for (const who of askers.filter((one) => mayAnswerField(FIELD_ACCESS.get(`Query.${RULES}`) as FieldAccess, one))) {
      const [rules, page] = (await ask(who, 'query', [`${RULES} { count }`, 'rejects { totalCount }'])) as [Said, Said]
      const counted = (rules.data as { count: number }[]).reduce((sum, { count }) => sum + count, 0)
      if (counted !== (page.data as { totalCount: number }).totalCount)
        wrong.push(`${RULES} as ${who.name}: ${counted}`)
    }
    for (const all of told.values()) for (const side of sides) wrong.push(...cellsWrong(all, side))
    expect(wrong, [...new Set(wrong)].join('\n')).to.deep.equal([])
  })

  const refusedWrong = (question: Question, who: Asker, all: readonly Said[]): string[] => {
    const code = who.sub === null ? 'UNAUTHENTICATED' : 'FORBIDDEN'
    const first = JSON.stringify(all[0])
    const alike = all.every((one) => JSON.stringify(one) === first && codeIn(one) === code && one.data === null)
    return alike ? [] : [`${question.name} as ${who.name} is not refused with ${code} alike`]
  }

  const lookedUpWrong = (question: Question, row: FieldAccess, who: Asker, all: readonly Said[]): string[] => {
    const none = plain(all[2] as Said, ABSENT)
    return sides.flatMap((side, place) => {
      const said = all[place] as Said
      if (!OF_A_SIDE.includes(row.whose)) return []
      const about = `${question.name} as ${who.name} about ${side.name}`
      if (isThere(row, who, side)) return isSomething(said.data) ? [] : [`${about} says nothing`]
      // Everybody sees a published entry, at least in its public form.
      if (question.name === 'node Listing') return isSomething(said.data) ? [] : [`${about} says nothing`]
      return plain(said, side) === none ? [] : [`${about} is not as about nothing`]
    })
  }

  const listWrong = (question: Question, row: FieldAccess, who: Asker, said: Said): string[] => {
    const text = JSON.stringify(said.data)
    const page = said.data as { totalCount?: number; nodes?: unknown[] } | null
    const counted = row.whose === 'ALL' || page?.totalCount === undefined || page.totalCount === page.nodes?.length
    const cells = [...cellsIn(SCHEMA, question.name, said.data).values()].filter(
      ({ field, some }) => some && !sides.some((side) => given(FIELD_ACCESS.get(field) as FieldAccess, who, side)),
    )
    return [
      ...(counted ? [] : [`${question.name} as ${who.name} counts what it does not show`]),
      ...cells.map(({ field }) => `${field} in ${question.name} as ${who.name} is answered`),
      ...(row.whose === 'ALL' || row.whose === 'ANY' || [COUNTS, RULES].includes(question.name) ? [] : sides).flatMap(
        (side) => {
          const tells = marksOf(side).some((mark) => text.includes(mark))
          const should =
            row.whose === 'OWN' ? side === made.own && tells : OF_A_SIDE.includes(row.whose) && isThere(row, who, side)
          // The measures of both firms are matters of the province's seat, and open to the staff of no region.
          if (question.name === 'matters' && who.region === null && (AUTHORITIES.includes(who.role) || isSeated(who)))
            return []
          // Not every firm in sight has a task of this person.
          return tells === should || (!tells && WORK.includes(question.name))
            ? []
            : [`${question.name} as ${who.name} ${tells ? 'tells' : 'does not tell'} of ${side.name}`]
        },
      ),
    ]
  }

  /** Where one asker gets a value, all askers whom the table allows must get one, and nobody else. */
  const cellsWrong = (all: readonly Told[], side: Side): string[] => {
    const here = all.filter((one) => one.side === side)
    const ways = new Set(here.flatMap(({ cells }) => [...cells].filter(([, { some }]) => some).map(([way]) => way)))
    return here.flatMap(({ who, cells }) =>
      [...cells].flatMap(([way, { field, some }]) => {
        const row = FIELD_ACCESS.get(field) as FieldAccess
        const should = given(row, who, side)
        const finer = row.whose === 'HELD' || OWN_WORD.includes(field)
        if (some === should || (!some && (finer || !ways.has(way)))) return []
        return [`${way} (${field}) as ${who.name} about ${side.name} is ${some ? '' : 'not '}answered`]
      }),
    )
  }

  it('a query about another’s hidden data runs the same statements as one about missing data', async () => {
    const wrong: string[] = []
    const compare = async (about: string, other: () => Promise<unknown>, none: () => Promise<unknown>) => {
      const [one, two] = [await world.statements(other), await world.statements(none)].map(comparable)
      if (one !== two) wrong.push(`${about}:\n${one}\nnot\n${two}`)
    }
    for (const field of rootsOf('Query').filter(isLookUp)) {
      const [other, none] = [made.other, ABSENT].map((side) => questionOf(SCHEMA, field, side))
      for (const [place, question] of (other ?? []).entries()) {
        const row = rowOf('Query', question)
        if (!OF_A_SIDE.includes(row.whose) || question.name === 'node Listing') continue
        for (const who of askers.filter((one) =>
          mayAnswerField(FIELD_ACCESS.get(`Query.${field.name}`) as FieldAccess, one),
        ))
          if (!isThere(row, who, made.other))
            await compare(
              `${question.name} as ${who.name}`,
              () => ask(who, 'query', [question.text]),
              () => ask(who, 'query', [none?.[place]?.text ?? '']),
            )
      }
    }
    const hidden = keyIn(made.hidden)
    for (const id of [hidden, keyIn(ABSENT['Listing'] ?? '')])
      expect((await fetch(`${world.url}/blacklist/${id}`)).status).to.equal(404)
    for (const who of askers.filter(({ role, region }) => region !== null || !AUTHORITIES.includes(role)))
      await compare(
        `listing as ${who.name}`,
        () => ask(who, 'query', [`listing(id: "${made.hidden}") { id }`]),
        () => ask(who, 'query', [`listing(id: "${ABSENT['Listing']}") { id }`]),
      )
    await compare(
      'GET /blacklist/:id',
      () => fetch(`${world.url}/blacklist/${hidden}`),
      () => fetch(`${world.url}/blacklist/${keyIn(ABSENT['Listing'] ?? '')}`),
    )
    expect(wrong, wrong.join('\n')).to.deep.equal([])
  })

  it('every mutation is refused alike where forbidden, and as not found where its object is hidden', async () => {
    const wrong: string[] = []
    const done = new Set<string>()
    const all = rootsOf('Mutation').sort((one, two) => LAST.indexOf(one.name) - LAST.indexOf(two.name))
    for (const field of all) {
      const [own, other, none] = [...sides, ABSENT].map((side) => questionOf(SCHEMA, field, side)[0] as Question)
      const row = rowOf('Mutation', own as Question)
      const said = async (who: Asker, question: Question | undefined): Promise<Said> =>
        (await ask(who, 'mutation', [question?.text ?? '']))[0] as Said
      await inTurn(
        askers.filter((who) => !mayAnswerField(row, who) && isFirst(row, who)),
        async (who) => {
          const each = [await said(who, own), await said(who, none)]
          wrong.push(...refusedWrong(own as Question, who, each))
        },
      )
      for (const who of askers.filter((one) => mayAnswerField(row, one))) {
        const absent = await said(who, none)
        for (const [side, question] of [
          [made.other, other],
          [made.own, own],
        ] as const) {
          const answer = await said(who, question)
          const about = `${field.name} as ${who.name} about ${side.name}`
          const isForbidden = codeIn(answer) === 'FORBIDDEN' && field.name !== OWN_LEVEL
          if (isForbidden) wrong.push(`${about} is forbidden`)
          if (!OF_A_SIDE.includes(row.whose)) continue
          const alike = plain(answer, side) === plain(absent, ABSENT)
          const finer =
            OWN_DEED.includes(field.name) || field.name === OWN_LEVEL || done.has(`${field.name} ${side.name}`)
          if (!isThere(row, who, side) && !alike) wrong.push(`${about} is not as about nothing`)
          if (isThere(row, who, side) && alike && !finer) wrong.push(`${about} is as about nothing`)
          if (!alike && ONCE.includes(field.name)) done.add(`${field.name} ${side.name}`)
        }
      }
    }
    expect(wrong, wrong.join('\n')).to.deep.equal([])
  })
})
