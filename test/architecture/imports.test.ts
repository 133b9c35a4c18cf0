/** Import rules for rooms (folders of src), nouns (folders of a room) and libraries: the tables of design section 3. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type Import,
  importsOf,
  itKeeps,
  type PlantedFault,
  ROOT,
  type Rule,
  SOURCES,
  targetOf,
  withoutComments,
} from './tree.js'

/** The rooms that each room may import beside itself. Imports may skip a room of the order but never go up. */
const MAY: Record<string, readonly string[]> = {
  foundation: ['schema'],
  domain: ['foundation'],
  store: ['domain', 'foundation'],
  agencies: ['domain', 'foundation'],
  platforms: ['domain', 'foundation'],
  work: ['store', 'agencies', 'platforms', 'domain', 'foundation'],
  api: ['work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  // Labels for the site and the desk.
  words: ['schema', 'domain', 'foundation'],
  web: ['words', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  // The only room that knows both api and web.
  server: ['api', 'web', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  // Programs for browsers import only pure code.
  graphiql: [],
  desk: ['words', 'domain', 'foundation'],
  sandbox: ['seeds', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  migrations: [],
  seeds: ['sandbox', 'work', 'store', 'agencies', 'domain', 'foundation'],
  // The settings are those of the agencies and platforms that are described.
  config: ['agencies', 'platforms', 'domain', 'foundation'],
  hub: ['config', 'server', 'api', 'web', 'sandbox', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  commands: ['config', 'hub', 'server', 'api', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  demo: [
    'config',
    'commands',
    'hub',
    'server',
    'sandbox',
    'seeds',
    'work',
    'store',
    'agencies',
    'domain',
    'foundation',
  ],
}
/** `main.ts` and `cli.ts` import any room, and no room imports them. */
const TOP: readonly string[] = ['main', 'cli']

/** Nouns that each noun may import inside a room (design section 3), type imports included. A test shows that no cycle exists. */
const MAY_NOUN: Record<string, Record<string, string>> = {
  domain: {
    calendar: 'access records',
    operators: '',
    records: 'operators',
    intake: 'calendar operators records',
    scoring: 'calendar records listing',
    office: 'access records',
    listing: 'calendar operators records access office',
    publication: 'records audit',
    delivery: 'calendar operators records listing',
    matters: 'access calendar operators listing',
    standing: 'operators records listing access',
    worklist: 'operators listing access',
    notifications: 'calendar records listing delivery worklist access',
    access: 'operators records',
    audit: 'calendar operators access',
    timetable: 'calendar',
  },
  store: {
    db: '',
    embedded: '',
    calendar: 'db',
    operators: 'db access',
    records: 'db',
    intake: 'db operators records scoring access timetable',
    scoring: 'db records access',
    office: 'db',
    listing: 'db intake access',
    publication: 'db scoring listing',
    delivery: 'db access matters',
    matters: 'db calendar',
    standing: 'db operators scoring listing delivery access',
    worklist: 'db scoring delivery access',
    notifications: 'db',
    access: 'db',
    audit: 'db',
    timetable: 'db delivery',
  },
  work: {
    calendar: '',
    operators: 'calendar listing delivery',
    intake: 'calendar scoring listing delivery standing timetable',
    scoring: 'calendar listing access timetable',
    office: 'calendar intake scoring listing delivery matters notifications access timetable',
    listing: 'calendar delivery matters timetable',
    publication: 'delivery timetable',
    delivery: 'calendar audit timetable',
    matters: 'calendar standing audit timetable',
    standing: 'calendar access audit timetable',
    worklist: 'calendar delivery',
    notifications: 'calendar standing worklist access audit timetable',
    access: 'calendar',
    audit: 'calendar timetable',
    timetable: 'calendar',
  },
  api: {
    loaders: '',
    fast: 'loaders',
    request: 'fast loaders',
    graphql:
      'request calendar operators records intake scoring office listing delivery matters standing worklist notifications access audit timetable',
    v1: 'request intake scoring listing matters standing',
    calendar: 'request',
    operators: 'request records scoring listing standing',
    records: 'request',
    intake: 'request listing',
    scoring: 'request records standing',
    office: 'request',
    listing: 'request records timetable',
    delivery: 'request listing office',
    matters: 'request records listing',
    standing: 'loaders request listing',
    worklist: 'request operators scoring office listing',
    notifications: 'request',
    access: 'request operators listing',
    audit: 'request',
    timetable: 'request',
  },
}

/** Programs built for browsers. Only the build scripts of the desk run on the server. */
const DESK = 'src/web/desk/'
const DESK_BUILD = 'src/web/desk/build/'
const GRAPHIQL = 'src/web/graphiql/'
const inDesk = (room: string): boolean => room === 'desk'
const inGraphiql = (room: string): boolean => room === 'graphiql'
const inBrowsers = (room: string): boolean => inDesk(room) || inGraphiql(room)

/** All speed-ups are reached through one file, so that they can be switched off. */
const SPEED_LAYER = 'src/api/fast/'
const SPEED_SWITCH = 'src/api/fast/answer-path.ts'

/** The rooms in which each library is allowed. Outside the store, only exchange-table transports may use SQL. */
const LIBRARY_ROOMS: Record<string, (room: string, file: string) => boolean> = {
  knex: (room, file) => ['store', 'migrations', 'seeds'].includes(room) || file.includes('transports/table'),
  pg: (room) => room === 'store',
  'pg-copy-streams': (room) => room === 'store',
  express: (room) => ['api', 'web', 'server'].includes(room),
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
  dayjs: inDesk,
  '@graphql-codegen/core': (_, file) => file.startsWith(DESK_BUILD),
  '@graphql-codegen/typed-document-node': (_, file) => file.startsWith(DESK_BUILD),
  '@graphql-codegen/typescript-operations': (_, file) => file.startsWith(DESK_BUILD),
  '@vitejs/plugin-react': (_, file) => file.startsWith(DESK_BUILD) || file.startsWith(`${GRAPHIQL}build/`),
  vite: (_, file) => file.startsWith(DESK_BUILD) || file.startsWith(`${GRAPHIQL}build/`),
  'markdown-it': (_, file) => file === 'src/web/frame/markdown.ts',
  pdfkit: (_, file) => file === 'src/foundation/papers/pdf.ts',
  qr: (_, file) => file === 'src/foundation/papers/qr.ts',
  'csv-parse': (_, file) => file === 'src/foundation/text/csv.ts',
  saxes: (_, file) => file === 'src/foundation/text/xml.ts' || file === 'src/foundation/text/xlsx/sheet-parts.ts',
  '@e965/xlsx': (_, file) => file.startsWith('src/foundation/text/xlsx'),
  'iconv-lite': (_, file) => file === 'src/foundation/text/encodings.ts',
  'opencc-js': (_, file) => file === 'src/foundation/text/script.ts',
  'ipaddr.js': (_, file) => file === 'src/foundation/http/addresses.ts',
  'lru-cache': (_, file) => file === 'src/foundation/lru.ts',
  'graphql-jit': (_, file) => file === 'src/api/fast/compiled-queries.ts',
  dataloader: (_, file) => file === 'src/api/loaders/data-loader.ts',
  nodemailer: (_, file) => file === 'src/work/notifications/mail.ts',
  'node-cron': (_, file) => file === 'src/work/timetable/clock.ts',
  ajv: (_, file) => file === 'src/foundation/contracts.ts',
  'ajv-formats': (_, file) => file === 'src/foundation/contracts.ts',
  jsonwebtoken: (_, file) => ['src/foundation/keys.ts', 'src/foundation/keys/jws.ts'].includes(file),
  '@simplewebauthn/server': (_, file) => file === 'src/work/access/passkeys.ts',
  '@simplewebauthn/browser': inDesk,
  'prom-client': (_, file) => file === 'src/foundation/metrics.ts',
  pino: (_, file) => file === 'src/foundation/log.ts',
  commander: (room, file) => room === 'commands' || file === 'src/cli.ts',
  'cli-progress': (_, file) => file === 'src/commands/progress.ts',
}

const roomOf = (file: string): string => {
  if (file.startsWith(GRAPHIQL)) return 'graphiql'
  if (file.startsWith(DESK)) return 'desk'
  if (file.startsWith('src/web/words/')) return 'words'
  const [first = '', second = ''] = file.split('/')
  return first === 'src' ? second.replace(/\.ts$/, '') : first
}

const libraryOf = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')

const nounOf = (file: string): string => file.split('/')[2] ?? ''

const nounFault = (file: string, target: string): string | null => {
  const table = MAY_NOUN[roomOf(file)]
  const [noun, other] = [nounOf(file), nounOf(target)]
  if (table === undefined || noun === other) return null
  return table[noun]?.split(' ').includes(other) ? null : `${file}: ${noun} imports ${other}`
}

/** Reason for which an import is forbidden; null if it is allowed. */
const fault = ({ file, from, typeOnly }: Import): string | null => {
  const room = roomOf(file)
  if (!from.startsWith('.')) {
    const allowed = LIBRARY_ROOMS[libraryOf(from)]
    if (room === 'domain' && from !== 'node:crypto') return `${file}: domain imports ${from}`
    return allowed && !allowed(room, file) ? `${file}: ${from} belongs to another room` : null
  }
  const path = targetOf(file, from)
  const target = roomOf(path)
  if (path.startsWith(SPEED_LAYER) && !file.startsWith(SPEED_LAYER) && path !== SPEED_SWITCH)
    return `${file}: the speed layer is reached through ${SPEED_SWITCH}`
  if (target === room) return nounFault(file, path)
  if (TOP.includes(room)) return null
  if (!MAY[room]?.includes(target)) return `${file}: ${room} imports ${target}`
  const isDoor = target === 'agencies' || target === 'platforms'
  return room === 'work' && isDoor && !typeOnly ? `${file}: work knows ${target} only as types` : null
}

const isFault = (found: string | null): found is string => found !== null

const directionFaults: Rule = (files) =>
  files.flatMap(({ path, text }) => importsOf(path, text).map(fault)).filter(isFault)

/** Repeatedly removes names that import none of the rest. The names left are in a cycle or import one. */
const inCircles = (imports: ReadonlyMap<string, readonly string[]>): string[] => {
  const left = new Map(imports)
  for (let size = -1; size !== left.size; ) {
    size = left.size
    for (const [one, others] of left) if (!others.some((other) => left.has(other))) left.delete(one)
  }
  return left.size === 0 ? [] : [[...left.keys()].join(' ')]
}

/** A dynamic import() cannot close a cycle, because it runs after loading. */
const fileCircles: Rule = (files) =>
  inCircles(
    new Map(
      files.map(({ path, text }) => [
        path,
        importsOf(path, text)
          .filter(({ from, dynamic }) => from.startsWith('.') && !dynamic)
          .flatMap(({ from }) => [targetOf(path, from), targetOf(path, from).replace(/\.ts$/, '.tsx')]),
      ]),
    ),
  )

/**
 * No matter feeds a score, a record, an entry or a legal ground: only the record of a penalty counts. A listing orders its
 * measures by one file.
 */
const FREE_OF_MATTERS =
  /^src\/(?:(?:domain|store|work)\/(?:scoring|records|standing(?!\/changes\/)|publication|intake|operators)|(?:domain|store|work)\/listing)\//
const MATTERS = /\/matters\/|\bmatters\b|\bmatter_[a-z]+\b/
const ORDER_OF_MEASURES = /^import \{[^}]*\} from '\.\.\/matters\/measures\.js'$/gm

const mattersElsewhere: Rule = (files) =>
  files
    .filter(({ path }) => FREE_OF_MATTERS.test(path))
    .filter(({ path, text }) => {
      const plain = withoutComments(text)
      return MATTERS.test(path.startsWith('src/work/listing/') ? plain.replace(ORDER_OF_MEASURES, '') : plain)
    })
    .map(({ path }) => path)

const librariesIn: (...files: Parameters<Rule>) => Set<string> = (files) =>
  new Set(
    files
      .flatMap(({ path, text }) => importsOf(path, text).map(({ from }) => from))
      .filter((from) => !/^(\.|node:)/.test(from))
      .map(libraryOf),
  )

const homelessLibraries: Rule = (files) =>
  [...librariesIn(files)].filter((library) => !Object.hasOwn(LIBRARY_ROOMS, library))

const DIRECTIONS: readonly PlantedFault[] = [
  ['domain knowing the store', ['src/domain/scoring/score.ts', `import { connect } from '../../store/db/db.js'`]],
  ['domain knowing the network', ['src/domain/scoring/score.ts', `import http from 'node:http'`]],
  ['agencies knowing the store', ['src/agencies/feed.ts', `import type { Db } from '../store/db/db.js'`]],
  [
    'the store knowing a platform',
    ['src/store/delivery/deliveries.ts', `import type { Platform } from '../../platforms/platform.js'`],
  ],
  ['work holding the list of agencies', ['src/work/intake/pull.ts', `import { feeds } from '../../agencies/index.js'`]],
  ['knex in work', ['src/work/intake/pull.ts', `import knex from 'knex'`]],
  ['a room reading the configuration', ['src/server/server.ts', `import { readConfig } from '../config.js'`]],
  ['a page of the site knowing GraphiQL', ['src/web/site.ts', `import { EXAMPLES } from './graphiql/examples.js'`]],
  ['a page of the desk knowing the store', ['src/web/desk/main.tsx', `import { connect } from '../../store/db/db.js'`]],
  ['a page of the site knowing the desk', ['src/web/site.ts', `import { PAGES } from './desk/routes.js'`]],
  ['words knowing a page', ['src/web/words/record-words.ts', `import { html } from '../frame/html.js'`]],
  ['React outside the desk', ['src/web/frame/page.ts', `import { useState } from 'react'`]],
  ['express in work', ['src/work/delivery/push.ts', `import express from 'express'`]],
  [
    'an import written over several lines',
    ['src/domain/scoring/score.ts', `import {\n  connect,\n} from '../../store/db/db.js'`],
  ],
  ['a dynamic import', ['src/domain/scoring/score.ts', `const db = await import('../../store/db/db.js')`]],
  ['the api knowing the server', ['src/api/v1/index.ts', `import { makeServer } from '../../server/server.js'`]],
  ['a room knowing the command', ['src/hub/hub.ts', `import '../cli.js'`]],
  ['foundation knowing the domain', ['src/foundation/log.ts', `import { score } from '../domain/scoring/score.js'`]],
  ['records knowing scoring', ['src/domain/records/records.ts', `import { score } from '../scoring/score.js'`]],
  ['a noun that the table does not have', ['src/work/intake/pull.ts', `import { x } from '../other/x.js'`]],
  [
    'an import that bypasses the switch of the speed layer',
    ['src/server/server.ts', `import { shareLookups } from '../api/fast/cross-request-batch.js'`],
  ],
  ['a re-exported name', ['src/domain/scoring/score.ts', `export { connect } from '../../store/db/db.js'`]],
]

describe('the imports of the architecture', () => {
  itKeeps('go only in the direction of the design', directionFaults, DIRECTIONS)

  itKeeps('form no cycle of files', fileCircles, [
    [
      'two files that import each other',
      ['src/domain/scoring/score.ts', `import { fold } from './fold.js'`],
      ['src/domain/scoring/fold.ts', `import type { Score } from './score.js'`],
    ],
  ])

  itKeeps('use only libraries listed in the table', homelessLibraries, [
    ['a library that the table does not list', ['src/work/delivery/retry.ts', `import retry from 'p-retry'`]],
  ])

  itKeeps('keep matters out of scoring, evidence and the grounds of listings', mattersElsewhere, [
    ['a score that reads matters', ['src/store/scoring/evidence.ts', 'const SQL = `select 1 from matters`']],
    [
      'evidence that knows matters',
      ['src/work/scoring/facts.ts', `import { matterById } from '../../store/matters/matters.js'`],
    ],
    ['a ground that knows matters', ['src/domain/listing/legal-ground.ts', `import { x } from '../matters/matter.js'`]],
    [
      'a listing that moves matters',
      ['src/work/listing/listing.ts', `import { moveMatter } from '../matters/matters.js'`],
    ],
  ])

  it('use every library listed in the table', () => {
    const libraries = librariesIn(SOURCES)
    expect(Object.keys(LIBRARY_ROOMS).filter((library) => !libraries.has(library))).to.deep.equal([])
  })

  it('form no cycle of nouns', () => {
    for (const [room, table] of Object.entries(MAY_NOUN)) {
      const nouns = new Map(Object.entries(table).map(([noun, others]) => [noun, others.split(' ')]))
      expect(inCircles(nouns), room).to.deep.equal([])
    }
    expect(
      inCircles(
        new Map([
          ['scoring', ['listing']],
          ['listing', ['records', 'scoring']],
          ['records', []],
        ]),
      ),
    ).to.deep.equal(['scoring listing'])
  })

  it('follow a table that lists every folder of the four rooms', () => {
    for (const [room, table] of Object.entries(MAY_NOUN)) {
      const folders = readdirSync(join(ROOT, 'src', room), { withFileTypes: true }).filter((one) => one.isDirectory())
      expect(
        folders.map(({ name }) => name),
        room,
      ).to.have.members(Object.keys(table))
    }
  })
})
