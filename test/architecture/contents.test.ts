/** What a line may know, room by room: the table "Which room?" of the README. */

import { expect } from 'chai'
import { buildSchema, isInterfaceType, isObjectType } from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { itKeeps, type Rule, read, withoutComments } from './tree.js'

/** Finds a pattern in the code, comments apart, of files outside the place where it belongs. */
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

/** The store, and the tables through which agencies and platforms exchange rows. */
const SQL = outside(
  /^(src\/store|migrations)\/|\/transports\/table\b/,
  /\b\w+\.raw\(\s*[`'"]|[`'"(]\s*(select\s.+\sfrom\s|insert into |update \w+ set |delete from |set local |with \w+ as \()/gi,
)

/** Pages are made in web; the stand-ins of the sandbox show one. */
const MARKUP = outside(
  /^src\/web\/|^src\/sandbox\/platforms\/page\.ts$/,
  /<\/?(html|head|body|main|section|div|p|span|a|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|form|input|style|script)(\s[^<>]*)?>/g,
)

const CRON = outside(/^src\/work\/timetable\//, /'[\d*/,-]+( [\d*/,-]+){4}'/g)
const ENVIRONMENT = outside(/^src\/config\.ts$/, /\bprocess\.env\b/g)
/** The rooms that receive `now` as an argument. */
const CLOCK = outside(
  /^(?!src\/(domain|store|work|platforms|agencies)\/)|^src\/store\/embedded\//,
  /\bnew Date\(\)|\bDate\.now\(\)/g,
)

const schema = buildSchema(read('schema/schema.graphql'))
const FIELDS = new Set(
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  ),
)
/** Names of GraphQL fields, and its language, belong to the api and to the programs that ask it. */
const GRAPHQL: Rule = (files) =>
  outside(
    /^src\/(api|web\/desk|web\/graphiql)\//,
    /(?<=['"`])[A-Z]\w+\.[a-z]\w*(?=['"`])|\/\* GraphQL \*\/|\bextend type\b/g,
  )(files).filter((fault) => !/: [A-Z]/.test(fault) || FIELDS.has(fault.replace(/^.*: /, '')))

describe('the lines of the architecture', () => {
  itKeeps('hold SQL only in the store and in exchange tables', SQL, [
    ['a statement in a verb', ['src/work/delivery/hold.ts', 'await tx.raw(`/* held */ notify held`)']],
    ['a statement in words', ['src/api/delivery/held.ts', 'const HELD = `select id from deliveries where held`']],
    ['a setting of the transaction', ['src/work/delivery/hold.ts', `const LOCK = "set local lock_timeout = '1s'"`]],
  ])

  itKeeps('hold markup only in web', MARKUP, [
    ['markup in the domain', ['src/domain/listing/notice.ts', 'export const OPENING = `<p class="notice">`']],
    ['a page in the api', ['src/api/v1/page.ts', `const HEAD = '<html>'`]],
  ])

  itKeeps('hold GraphQL only in the api and in the programs that ask it', GRAPHQL, [
    ['a field in the domain', ['src/domain/access/fields.ts', `const HIDDEN = ['Standing.score']`]],
    ['a type in a verb', ['src/work/standing/type.ts', 'const TYPE = `extend type Standing`']],
  ])

  itKeeps('hold a time of day only in the timetable', CRON, [
    ['a cron string beside the timetable', ['src/agencies/high-court.ts', `export const AT = '30 2 * * *'`]],
  ])

  itKeeps('read the environment in one file only', ENVIRONMENT, [
    ['a second reader', ['src/hub/listen.ts', `const port = process.env['PORT']`]],
  ])

  itKeeps('read the clock only at its edges', CLOCK, [
    ['a clock in the domain', ['src/domain/calendar/today.ts', 'export const today = () => new Date()']],
    ['a clock in a verb', ['src/work/delivery/hold.ts', 'const at = Date.now()']],
  ])

  it('have a row of who may see it for every field of the schema, which is not made without', () => {
    expect(() => makeSchema()).to.not.throw()
  })
})
