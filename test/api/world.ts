/** A small hub for API tests: real HTTP, PostgreSQL, keys and merge of records. Every name is invented. */

import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agencies, feeds } from '../../src/agencies/index.js'
import { readConfig } from '../../src/config.js'
import type { SecondFactorPolicy } from '../../src/domain/access/sign-in.js'
import type { Role } from '../../src/domain/access/viewer.js'
import type { ListKind } from '../../src/domain/listing/lists.js'
import type { MailSettings } from '../../src/domain/notifications/message.js'
import type { RecordDraft } from '../../src/domain/records/records.js'
import * as contracts from '../../src/foundation/contracts.js'
import { type Keys, loadKeys } from '../../src/foundation/keys.js'
import { announceStop } from '../../src/hub/listen.js'
import { makeLog } from '../../src/hub/log.js'
import { platforms, subjectsOfPlatform } from '../../src/platforms/index.js'
import { makeServer, type ServerDependencies } from '../../src/server/server.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { ANSWER_STATEMENT_TIMEOUT_MS } from '../../src/store/db/db.js'
import { makeEmptyKnownVersions } from '../../src/store/intake/digest-index.js'
import { withStage } from '../../src/store/intake/staged.js'
import * as scores from '../../src/store/scoring/scores.js'
import * as runs from '../../src/store/timetable/runs.js'
import { printDocument } from '../../src/web/document/page.js'
import { makeAuditLog } from '../../src/work/audit/audit-log.js'
import { verifyAuditLog } from '../../src/work/audit/verify-audit-log.js'
import type { WorkRules } from '../../src/work/calendar/rules.js'
import { mergeDelivery } from '../../src/work/intake/merge.js'
import { runPull } from '../../src/work/intake/pull.js'
import { findFamiliesWithSource } from '../../src/work/intake/source-families.js'
import { makeStagedDraft } from '../../src/work/intake/staged-draft.js'
import { readClockRules } from '../../src/work/listing/publication-clocks.js'
import type { LiveOffice } from '../../src/work/office/live-office.js'
import { publishList } from '../../src/work/publication/publish.js'
import { makePublishedFiles } from '../../src/work/publication/published-files.js'
import { scoreOperators } from '../../src/work/scoring/score.js'
import { keepCard, loadScorecard } from '../../src/work/scoring/scorecards.js'
import { recordScoreAuthorisation } from '../../src/work/standing/authorisations.js'
import { replaceSellers } from '../../src/work/standing/sellers.js'
import { makeTimetable } from '../../src/work/timetable/timetable.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { isOfAnswer, startPoolerIfAsked } from '../support/pooler.js'

export const NOW = new Date('2026-03-02T02:00:00Z')
export const TODAY = '2026-03-02'
const ISSUER = 'http://hub.test'

export interface World {
  url: string
  keys: Keys
  keysFolder: string
  database: TestDatabase
  rules: WorkRules
  /** Dependencies of its server. */
  parts: ServerDependencies
  setNow: (now: Date) => void
  setReady: (ok: boolean) => void
  token: (role: Role, sub?: string, agency?: string) => string
  ask: (
    query: string,
    options?: { variables?: unknown; token?: string; headers?: Record<string, string>; at?: string },
  ) => Promise<Answer>
  /** Returns the statements that `act` runs in the database. */
  statements: (act: () => Promise<unknown>) => Promise<string[]>
  /** Merges drafts as a pull of the whole feed does. Only with `rules` does the merge also act on listings. */
  bring: (feed: string, drafts: readonly RecordDraft[], now?: Date, rules?: WorkRules) => Promise<number>
  publish: () => Promise<unknown>
  /** Lets the server stop its streams, as before a shutdown. */
  drain: () => void
  close: () => Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
type Data = any

export interface Answer {
  status: number
  data: Data
  errors: { message: string; path?: string[]; extensions: Record<string, unknown> }[] | undefined
  headers: Headers
}

const officeOf = (webhookAllow: readonly string[], mail: MailSettings | null): LiveOffice => {
  const timetable = makeTimetable([{ id: 'registry' }], ['national'])
  return {
    settings: [],
    isLocked: () => false,
    findSettingsFault: () => null,
    revision: () => 0,
    onTrial: () => false,
    isHeldOnTrial: () => false,
    testPlatforms: () => new Set(),
    site: () => readConfig({}).site,
    webhookAllow: () => webhookAllow,
    mail: () => mail,
    timetable: () => timetable,
    configured: () => ({ agencies: new Set(['market-regulator']), platforms: new Set(['national']) }),
    ruleParts: () => ({ filedLists: [], feeds, pseudonymOf: () => 'x' }),
    host: async () => ({
      publicUrl: 'http://localhost',
      ...{ proxies: 0, openKeyFiles: 0 },
      freeBytes: null,
      backupArranged: false,
      sendsMail: false,
      unreadableSettings: [],
      embedded: false,
    }),
    refresh: async () => {},
  }
}

/** `quota`: requests per minute; 0 means no quota. */
export const makeWorld = async ({
  quota = 0,
  demo = false,
  log = makeLog({ level: 'silent', file: null }),
  webhookAllow = [] as readonly string[],
  mail = null as MailSettings | null,
  slowMs = 30_000,
  fastAnswers = readConfig().fastAnswers,
  secondFactor = 'nobody' as SecondFactorPolicy,
} = {}): Promise<World> => {
  const database = await freshDatabase()
  const pooler = await startPoolerIfAsked(database.url)
  const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'))
  const keys = await loadKeys(folder, ISSUER)
  let now = NOW
  let ready = true
  const rules = loadRules()
  const files = makePublishedFiles(join(folder, 'published'))
  const publishing = { cause: 'timetable' as const, manifests: keys.manifests, now: () => now, note: () => undefined }
  const publishNow = () => publishList(database.db, { ...publishing, files })
  // The audit log has its own connections, as in the hub, so that its statements do not count as those of an answer.
  const rows = openAnswerPool(database.url, { what: 'trail', prepared: 'ONE_PLAN_BY_INDEX' })
  const answers = openAnswerPool(pooler?.url ?? database.url, {
    what: 'answers',
    statementMs: ANSWER_STATEMENT_TIMEOUT_MS,
    pooled: pooler && { directUrl: database.url },
  })
  const trail = makeAuditLog(rows, {
    log: makeLog({ level: 'silent', file: null }),
    now: () => now,
    seal: keys.audit.seal,
  })
  const parts: ServerDependencies = {
    db: answers,
    keys,
    log,
    quota,
    fastAnswers,
    slowMs,
    now: () => now,
    rules,
    agencies,
    platforms,
    demo,
    secondFactor,
    office: officeOf(webhookAllow, mail),
    pull: async (id, { by, file, signal }) => {
      const feed = feeds.get(id)
      if (feed === undefined) throw new Error(`no feed ${id}`)
      const given = { cause: 'upload' as const, by, file, waitMs: 0, ...(signal ? { signal } : {}) }
      return runPull(database.db, { feed, url: null, pseudonymOf: keys.pseudonymOf, rules, now: () => now, ...given })
    },
    ...{ auditLog: trail, archiveDir: folder },
    verifyAuditLog: (of) => verifyAuditLog(database.db, { now: () => now, noted: [], keys, archiveDir: folder, ...of }),
    rescore: async (only) =>
      scoreOperators(database.db, {
        cause: 'person',
        only,
        rules,
        families: await findFamiliesWithSource(database.db, feeds.values()),
        now: () => now,
      }),
    publish: () => publishList(database.db, { ...publishing, files, removalsOnly: true }),
    files,
    // Tests wait for a publication as long as it takes.
    publishWaitMs: Number.POSITIVE_INFINITY,
    ready: async () => ({ ok: ready, checks: { database: ready ? 'ok' : 'unreachable' } }),
  }
  const server = await makeServer(parts)
  const url = await listen(server)
  const token = (role: Role, sub: string = role, agency: string | null = null) =>
    keys.sign({ sub, role, agency, region: null }, now.getTime()).token

  const ask: World['ask'] = async (query, options = {}) => {
    const answer = await fetch(`${options.at ?? url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      body: JSON.stringify({ query, variables: options.variables }),
    })
    const body = (await answer.json()) as Pick<Answer, 'data' | 'errors'>
    return { status: answer.status, data: body.data, errors: body.errors, headers: answer.headers }
  }

  return {
    url,
    keys,
    keysFolder: folder,
    database,
    rules,
    parts,
    token,
    ask,
    setNow: (instant) => {
      now = instant
    },
    setReady: (ok) => {
      ready = ok
    },
    statements: async (act) => {
      const heard: string[] = []
      const listen = ({ sql }: { sql: string }) => heard.push(sql)
      database.db.on('query', listen)
      const deaf = answers.onStatement((sql) => isOfAnswer(sql) && heard.push(sql))
      await act()
      deaf()
      database.db.off('query', listen)
      return heard
    },
    bring: (feed, drafts, at = NOW, by) => bring(database.db, feed, drafts, at, by),
    publish: publishNow,
    drain: () => announceStop(server),
    close: async () => {
      await closed(server)
      await trail.close()
      await files.close()
      await rows.close()
      await answers.close()
      await pooler?.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const loadRules = (): WorkRules => {
  const { lists } = contracts.schemaDocument('rules/lists.json') as { lists: ListKind[] }
  const days = contracts.schemaDocument('rules/calendar.json') as {
    holidays: string[]
    workdays: string[]
    knownUntil: string
  }
  return {
    lists,
    calendar: { ...days, holidays: new Set(days.holidays), workdays: new Set(days.workdays) },
    clocks: readClockRules(),
    platforms: platforms.map(subjectsOfPlatform),
    pseudonymOf: () => 'hash',
    printDocument,
  }
}

/** A second server on this world's database, without the speed layer. */
export const servePlain = async ({ parts }: World): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = await makeServer({ ...parts, fastAnswers: false })
  return { url: await listen(server), close: () => closed(server) }
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** Keeps idle sockets open, because a test slower than the keep-alive timeout would write to a closed one. */
const listen = async (server: Server): Promise<string> => {
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Merges the drafts as a pull of the whole feed does once its items are read. */
const bring = async (
  db: TestDatabase['db'],
  feed: string,
  drafts: readonly RecordDraft[],
  now: Date,
  rules?: WorkRules,
): Promise<number> => {
  const file = `${feed}.csv`
  const run = await runs.startRun(db, { job: 'pull', subject: feed, cause: 'command', whole: true, file, now })
  if (run === null) throw new Error('no run')
  await withStage(db, async (stage) => {
    for (const [i, draft] of drafts.entries())
      stage.put(makeStagedDraft(i, 0, { page: 1, row: i + 2, fields: {} }, draft))
    await stage.flush()
    await stage.transaction((tx) =>
      mergeDelivery(tx, {
        run,
        feed,
        whole: false,
        drafts: 0,
        contents: stage.contents,
        known: makeEmptyKnownVersions(),
        now,
        ...(rules && { rules }),
      }),
    )
  })
  await runs.finishRun(db, run, { outcome: 'DONE', now })
  return run
}

export interface ScoredBy {
  knownAt?: Date
  fact?: 'penalty_heavy' | 'serious_list'
  why?: 'UNIT' | 'VETO'
  /** True for a score that a query computed for its day. */
  asked?: boolean
}

export const scored = async (
  world: World,
  operatorId: number,
  value: number,
  grade: 'A' | 'B' | 'C' | 'D',
  records: number[],
  asOf = TODAY,
  { knownAt = NOW, fact = 'penalty_heavy', why = 'UNIT', asked = false }: ScoredBy = {},
): Promise<void> => {
  const { db } = world.database
  const run = await runs.startRun(db, { job: 'score', cause: 'command', now: NOW })
  const card = loadScorecard('ecommerce-1')
  const reasons = [
    { rule: 'base', why: 'BASE' as const, fact: null, points: card.base, count: 0, records: [], fadesOn: null },
    {
      rule: fact === 'serious_list' ? 'serious-list' : 'penalties',
      why,
      fact,
      points: value - card.base,
      count: 1,
      records,
      fadesOn: null,
    },
  ]
  const row = {
    operatorId,
    asOf,
    knownAt,
    scorecard: 'ecommerce-1',
    scorecardHash: await keepCard(db, card, NOW),
    families: [],
    factsHash: 'x',
    rulesHash: 'x',
    value,
    grade,
    reasons,
    nextChangeOn: null,
    cause: 'FIRST' as const,
    asked,
  }
  await db.transaction((tx) => scores.add(tx, [row], { run: run ?? 0, at: NOW }))
  await runs.finishRun(db, run ?? 0, { outcome: 'DONE', now: NOW })
}

export const operatorId = async (world: World, code: string): Promise<number> =>
  (await world.database.db('operators').where({ uscc: code }).first('id')).id

export const recordId = async (world: World, key: string): Promise<number> =>
  (await world.database.db('versions').where({ record_key: key }).whereNull('known_to').first('id')).id

/**
 * Lets a marketplace and a credit service, named by their clients, see the scores of these operators: the marketplace has them on
 * its list, the service has their authorisation.
 */
export const seenOutside = async (
  world: World,
  codes: readonly string[],
  { marketplace, service }: { marketplace: string; service: string } = {
    marketplace: 'marketplace',
    service: 'credit_service',
  },
): Promise<void> => {
  const { db } = world.database
  const bytes = Buffer.from(codes.join('\n'))
  await replaceSellers(db, { client: marketplace, bytes, dated: TODAY, marketplace: null, now: NOW })
  const word = {
    document: '授权书',
    sha256: 'a'.repeat(64),
    givenOn: TODAY,
    endsOn: '2027-03-02',
    client: service,
    now: NOW,
  }
  for (const operator of codes) await recordScoreAuthorisation(db, world.rules, { ...word, operator })
}
