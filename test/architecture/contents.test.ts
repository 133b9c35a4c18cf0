/** What a line of each folder of src ("room") may contain: the table "Which room?" of the README. */

import { expect } from 'chai'
import { buildSchema, isInterfaceType, isObjectType } from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { itKeeps, type Rule, read, withoutComments } from './tree.js'

/** Rule: finds `pattern` in files outside `place`. Comments are ignored. */
const outside =
  (place: RegExp, pattern: RegExp): Rule =>
  (files) =>
    files
      .filter(({ path }) => !place.test(path))
      .flatMap(
        ({ path, text }) =>
          withoutComments(text)
            .match(pattern)
            ?.map((found) => `${path}: ${found}`) ?? [],
      )

/** SQL is allowed in the store and in the exchange-table transports of agencies and platforms. */
const SQL = outside(
  /^(src\/store|migrations)\/|\/transports\/table\b/,
  /\b\w+\.raw\(\s*[`'"]|[`'"(]\s*(select\s.+\sfrom\s|insert into |update \w+ set |delete from |set local |with \w+ as \()/gi,
)

/** Markup is allowed in web and in the one page of the sandbox’s platforms. */
const MARKUP = outside(
  /^src\/web\/|^src\/sandbox\/platforms\/page\.ts$/,
  /<\/?(html|head|body|main|section|div|p|span|a|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|form|input|style|script)(\s[^<>]*)?>/g,
)

const CRON = outside(/^src\/work\/timetable\//, /'[\d*/,-]+( [\d*/,-]+){4}'/g)
const ENVIRONMENT = outside(/^src\/config\.ts$/, /\bprocess\.env\b/g)
/** The clock is forbidden in rooms that receive `now` as an argument. */
const CLOCK = outside(
  /^(?!src\/(domain|store|work|platforms|agencies)\/)|^src\/store\/embedded\//,
  /\bnew Date\(\)|\bDate\.now\(\)/g,
)

/** Kinds of matter are data. Words, pages, routes and feeds that lead to one, and the demo may name them. */
const KINDS_OF_MATTER = outside(
  /^(src\/(web|demo|sandbox|api\/v1|agencies)|seeds)\//,
  /'(assist|clue|directive|interview|petition|referral|takedown|transfer)'/g,
)

const schema = buildSchema(read('schema/schema.graphql'))
const FIELDS = new Set(
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  ),
)
/** GraphQL field names and syntax are allowed in the api and in its client programs, the desk and GraphiQL. */
const GRAPHQL: Rule = (files) =>
  outside(
    /^src\/(api|web\/desk|web\/graphiql)\//,
    /(?<=['"`])[A-Z]\w+\.[a-z]\w*(?=['"`])|\/\* GraphQL \*\/|\bextend type\b/g,
  )(files).filter((fault) => !/: [A-Z]/.test(fault) || FIELDS.has(fault.replace(/^.*: /, '')))

describe('source lines', () => {
  itKeeps('contain SQL only in the store and in exchange tables', SQL, [
    ['a raw statement in work', ['src/work/delivery/hold.ts', 'await tx.raw(`/* held */ notify held`)']],
    [
      'a statement in a string of the api',
      ['src/api/delivery/held.ts', 'const HELD = `select id from deliveries where held`'],
    ],
    ['a transaction setting in work', ['src/work/delivery/hold.ts', `const LOCK = "set local lock_timeout = '1s'"`]],
  ])

  itKeeps('contain markup only in web', MARKUP, [
    ['markup in the domain', ['src/domain/listing/notice.ts', 'export const OPENING = `<p class="notice">`']],
    ['a page in the api', ['src/api/v1/page.ts', `const HEAD = '<html>'`]],
  ])

  itKeeps('contain GraphQL only in the api and its client programs', GRAPHQL, [
    ['a field in the domain', ['src/domain/access/fields.ts', `const HIDDEN = ['Standing.score']`]],
    ['a type in work', ['src/work/standing/type.ts', 'const TYPE = `extend type Standing`']],
  ])

  itKeeps('name no kind of matter outside words and pages', KINDS_OF_MATTER, [
    ['a rule for one kind', ['src/domain/matters/clue.ts', `export const isClue = (kind: string) => kind === 'clue'`]],
  ])

  itKeeps('contain a time of day only in the timetable', CRON, [
    ['a cron string outside the timetable', ['src/agencies/high-court.ts', `export const AT = '30 2 * * *'`]],
  ])

  itKeeps('read the environment in one file only', ENVIRONMENT, [
    ['a second file that reads the environment', ['src/hub/listen.ts', `const port = process.env['PORT']`]],
  ])

  itKeeps('read the clock only outside domain, store, work, platforms and agencies', CLOCK, [
    ['a clock in the domain', ['src/domain/calendar/today.ts', 'export const today = () => new Date()']],
    ['a clock in work', ['src/work/delivery/hold.ts', 'const at = Date.now()']],
  ])

  it('the schema is built, which requires an access row for every field', () => {
    expect(() => makeSchema()).to.not.throw()
  })
})
