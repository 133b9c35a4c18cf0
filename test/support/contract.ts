/**
 * `schema/schema.graphql` is the promise to GraphQL clients. `npm run schema` adds to it and refuses breaking changes;
 * `npm run check` fails when it is outdated.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type BreakingChange,
  BreakingChangeType,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { makeSchema, withOctober2021Introspection } from '../../src/api/graphql/schema.js'
import { isDate, shanghaiDate } from '../../src/foundation/time/dates.js'
import { renamed } from './renames.js'

const FILE = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url))
const HEAD = `# 由代码生成（npm run schema），勿手工修改。Made by \`npm run schema\`; not to be edited.
# 本枢纽对接口使用者的承诺：只增不减；要去掉的，先以 @deprecated 注明停用之日，到日方可去掉。
# What the hub promises: it grows. What shall go is first marked @deprecated with the day from which it may be gone.

`

/** Sorted by name, so that moving a type changes nothing. */
export const printed = (schema: GraphQLSchema): string => `${HEAD}${printSchema(lexicographicSortSchema(schema))}\n`

export const kept = (): string => (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '')

/**
 * The promise as committed: at the merge base of this branch, or before the last change on main, with the names that
 * `schema/CHANGELOG.md` has replaced since. Editing the file by hand therefore takes no promise back.
 */
export const landed = (): string[] => {
  const from = git('merge-base', 'HEAD', 'origin/main') ?? git('rev-parse', 'HEAD')
  const bases = from === git('rev-parse', 'HEAD') ? ['HEAD', 'HEAD^'] : [from]
  const found = bases.map((base) => git('show', `${base}:schema/schema.graphql`)).filter((text) => text !== null)
  return (found.length > 0 ? found : [kept()].filter((text) => text !== '')).map(renamed)
}

/** Returns null without git or without the object. */
const git = (...args: string[]): string | null => {
  try {
    return execFileSync('git', args, { cwd: dirname(FILE), encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}

export interface Changes {
  /** Unannounced breaking changes. */
  broken: string[]
  /** Changes that may surprise a client. */
  risky: string[]
}

export const changesSince = (promise: string, made: GraphQLSchema, today: string): Changes => {
  // graphql-js adds the standard directives itself.
  const before = withOctober2021Introspection(buildSchema(promise))
  const over = announced(before, today)
  return {
    broken: findBreakingChanges(before, made)
      .filter((change) => !isOver(change, before, over))
      .map(({ description }) => description),
    risky: findDangerousChanges(before, made).map(({ description }) => description),
  }
}

/** The first day of removal, read from the deprecation reason; null when none is stated. */
export const goneFrom = (reason: string | null | undefined): string | null => {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(reason ?? '')?.[0] ?? ''
  return isDate(day) ? day : null
}

/** Fields, arguments and values whose day has come, as `Type.field`, `Type.field(argument)`, `Type.VALUE`. */
const announced = (schema: GraphQLSchema, today: string): ReadonlySet<string> =>
  new Set(
    deprecable(schema).flatMap(({ at, deprecationReason }) => {
      const day = goneFrom(deprecationReason)
      return day !== null && day <= today ? [at] : []
    }),
  )

interface Deprecable {
  at: string
  /** The type; null for an enum value. */
  of: GraphQLType | null
  deprecationReason?: string | null | undefined
}

/** Everything in a schema that can be deprecated. */
export const deprecable = (schema: GraphQLSchema): Deprecable[] =>
  Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type): Deprecable[] => {
      const of = (name: string, one: { deprecationReason?: string | null | undefined; type?: GraphQLType }) => ({
        at: `${type.name}.${name}`,
        of: one.type ?? null,
        deprecationReason: one.deprecationReason,
      })
      if (isEnumType(type)) return type.getValues().map((one) => of(one.name, one))
      if (isInputObjectType(type)) return Object.values(type.getFields()).map((one) => of(one.name, one))
      if (!isObjectType(type) && !isInterfaceType(type)) return []
      return Object.values(type.getFields()).flatMap((one) => [
        of(one.name, one),
        ...one.args.map((arg) => of(`${one.name}(${arg.name})`, arg)),
      ])
    })

/** True for a removal whose announced day has come. A type may be removed once every field that leads to it may be. */
const isOver = ({ type, description }: BreakingChange, before: GraphQLSchema, over: ReadonlySet<string>): boolean => {
  const words = description.split(' ')
  const [first = '', , third = ''] = words
  if (type === BreakingChangeType.FIELD_REMOVED) return over.has(first)
  if (type === BreakingChangeType.ARG_REMOVED) return over.has(`${first}(${third})`) || over.has(first)
  if (type === BreakingChangeType.VALUE_REMOVED_FROM_ENUM)
    return over.has(`${words.at(-1)?.replace(/\.$/, '')}.${first}`)
  if (type !== BreakingChangeType.TYPE_REMOVED) return false
  const leading = deprecable(before).filter(
    ({ at, of }) => of && getNamedType(of).name === first && !at.startsWith(`${first}.`),
  )
  return leading.length > 0 && leading.every(({ at }) => over.has(at) || over.has(at.replace(/\(.*$/, '')))
}

const write = (): void => {
  const made = makeSchema()
  const since = landed().map((promise) => changesSince(promise, made, shanghaiDate(new Date())))
  const broken = new Set(since.flatMap((changes) => changes.broken))
  const risky = new Set(since.flatMap((changes) => changes.risky))
  for (const one of risky) process.stdout.write(`may surprise a client: ${one}\n`)
  for (const one of broken) process.stderr.write(`would break a client: ${one}\n`)
  if (broken.size > 0) {
    process.stderr.write(
      'Not written. Deprecate it first, with the day from which it may be gone (src/api/README.md).\n',
    )
    process.exitCode = 1
    return
  }
  writeFileSync(FILE, printed(made))
  process.stdout.write('schema/schema.graphql is written\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write()
