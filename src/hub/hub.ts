import type { Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { agencies as allAgencies, feeds, mirrors } from '../agencies/index.js'
import { openPetitions } from '../agencies/market-regulator/petitions.js'
import { moveToDone, moveToRefused } from '../agencies/transports/folder/file-outcomes.js'
import { claimComplete } from '../agencies/transports/folder.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import type { Config } from '../config.js'
import type { SecondFactorPolicy } from '../domain/access/sign-in.js'
import { MESSAGE_SETTLES_SECONDS } from '../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../foundation/errors.js'
import { newAuditKey, newManifestKey, newTokenKey } from '../foundation/keys.js'
import type { Log } from '../foundation/log.js'
import { makeMetrics } from '../foundation/metrics.js'
import { makeTraces } from '../foundation/traces.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import { putFile } from '../platforms/transports/folder/files.js'
import * as database from '../store/db/db.js'
import { databaseIdentity as identityOf } from '../store/db/restored.js'
import { checkKeyFingerprints, replaceKeyFingerprints, storeKeyFingerprints } from '../work/access/own-keys.js'
import { readSignInRules } from '../work/access/sign-in-rules.js'
import { type AuditLog, openAuditLog } from '../work/audit/audit-log.js'
import { readAuditRules } from '../work/audit/audit-rules.js'
import { makeNightlyVerification } from '../work/audit/nightly-verification.js'
import { makeRestoreNotes } from '../work/audit/restore-guard.js'
import { tidyAuditLog } from '../work/audit/tidy-audit-log.js'
import { readRecoveryRules } from '../work/calendar/rules.js'
import { reconcilePlatforms } from '../work/delivery/reconcile.js'
import * as restored from '../work/delivery/restored.js'
import { readTimelinessRules } from '../work/delivery/timeliness.js'
import { makeDeliveryArchive } from '../work/intake/archive.js'
import { runPull } from '../work/intake/pull.js'
import { repairRecords } from '../work/intake/repair/index.js'
import { rollBack } from '../work/intake/rollback.js'
import { findFamiliesWithSource } from '../work/intake/source-families.js'
import { readDocumentRules, readDocumentTemplates } from '../work/listing/documents.js'
import { expireListings } from '../work/listing/expire.js'
import { hideLostEntry } from '../work/listing/lost-entry.js'
import { readClockRules, readPublicEntryRules } from '../work/listing/publication-clocks.js'
import { readClueChannel } from '../work/matters/clues.js'
import { exchangeMatters } from '../work/matters/exchange.js'
import { freezeFigures, readPilotRules } from '../work/matters/figures.js'
import { recountMatters } from '../work/matters/keep-move.js'
import { readMatterKinds, readOrganisations } from '../work/matters/kinds.js'
import { mirrorPetitions, readPetitionRules } from '../work/matters/petitions.js'
import { type FirstSetup, makeFirstSetup } from '../work/office/first-setup.js'
import { makeNameSweeper } from '../work/operators/names.js'
import { publishList } from '../work/publication/publish.js'
import { makePublishedFiles, type PublishedFiles } from '../work/publication/published-files.js'
import { renewObjectionTerms } from '../work/scoring/objection-terms.js'
import { type ScoringOptions, scoreOperators } from '../work/scoring/score.js'
import { type TrialOptions, tryScorecard } from '../work/scoring/trial.js'
import { verifyScores } from '../work/scoring/verify.js'
import { recheckSellerLists } from '../work/standing/confirmed-sellers.js'
import { verifyStandings, verifyStandingsNightly } from '../work/standing/verify-standings.js'
import { startClock, type TimetableClock } from '../work/timetable/clock.js'
import { type ClockParts, certainHubClock, makeClockWatch, openClock } from '../work/timetable/hub-clock.js'
import type { OccurrenceTurn } from '../work/timetable/occurrences.js'
import type { RunOptions } from '../work/timetable/run.js'
import type { SubmittedFile } from '../work/timetable/submitted-file.js'
import { deleteExpired, readRetentionRules } from '../work/timetable/tidy.js'
import { TIMETABLED_RUN_LINGERS_MS } from '../work/timetable/timetable.js'
import type { Addresses } from './addresses.js'
import { runChangeFeed } from './change-feed.js'
import { makeCommandRecorder } from './command-audit.js'
import { closeOnFailure, type MigrationMode, openAnswers, openDatabase, openServing, watchVersion } from './database.js'
import { announceStop, drainServer, listenOn } from './listen.js'
import { makeLog } from './log.js'
import { runNotify } from './notifications.js'
import { openOffice } from './office.js'
import { type PushTurn, pushOnlyRemovalsWhenInDoubt } from './push.js'
import { makeReadiness, watchDisks } from './readiness.js'
import { loadRules } from './rules.js'
import { openKeys } from './setting-path.js'

const EXCHANGE_TRANSPORT = { claim: claimComplete, moveToDone, moveToRefused, putFile }
const ASKER_WAIT_MS = 30_000
const SCORE_WAIT_MS = 2_000
const UPLOAD_WAIT_MS = 5_000

export interface HubOverrides {
  now?: () => Date
  clock?: Partial<Omit<ClockParts, 'log'>>
  log?: Log
  addresses?: Addresses
  /** Time within which platforms apply a message; default MESSAGE_SETTLES_SECONDS. */
  settleSeconds?: number
  migrate?: MigrationMode
  adoptKeys?: boolean
}

interface ServeOptions {
  demo?: boolean
  secondFactor?: SecondFactorPolicy
}

type JobOccasion = Pick<RunOptions, 'cause' | 'by' | 'plannedFor' | 'attempt' | 'waitMs'>

export type Hub = Awaited<ReturnType<typeof makeHub>>

export const makeHub = async (config: Config, overrides: HubOverrides = {}) => {
  const log = overrides.log ?? makeLog(config.log)
  const { settleSeconds = MESSAGE_SETTLES_SECONDS } = overrides
  const keys = await openKeys(config)
  const filed = loadRules(keys.pseudonymOf, config)
  for (const read of [readRecoveryRules, readClockRules, readPublicEntryRules, readDocumentRules, readSignInRules])
    read()
  for (const read of [readDocumentTemplates, readTimelinessRules, readAuditRules, readRetentionRules]) read()
  for (const read of [readMatterKinds, readOrganisations, readClueChannel, readPetitionRules, readPilotRules]) read()
  const opened = await openDatabase(config, overrides.migrate ?? 'empty').catch((error) => {
    if (!isRefusal(error)) log.error({ err: error }, 'the database could not be opened')
    throw error
  })
  const { db, url: databaseUrl, leave } = opened
  const { clock, identity } = await closeOnFailure(opened, async () => {
    const { now } = overrides
    const clock = now ? certainHubClock(now) : await openClock(db, { log, wall: () => Date.now(), ...overrides.clock })
    await (overrides.adoptKeys ? replaceKeyFingerprints : checkKeyFingerprints)(db, keys.fingerprints())
    return { clock, identity: await identityOf(db) }
  })
  const now = clock.now
  const disks = watchDisks(config.dataDir)
  const outdated = watchVersion(db, log)
  const { addresses: standIns } = overrides
  const { rules, ...office } = await closeOnFailure(opened, () =>
    openOffice(db, { config, filed, standIns, keys, log }),
  )
  const { archiveDir } = config
  const archive = makeDeliveryArchive(archiveDir)
  const notes = makeRestoreNotes(config.dataDir)
  const noticeRestored = () =>
    restored.detectRestore(db, { notes, platforms: allPlatforms.map(({ id }) => id), now: now(), log })
  await closeOnFailure(opened, noticeRestored)
  const strangers = notes.strangers(identity)
  if (strangers.length > 0)
    log.warn({ strangers }, 'the data folder has notes of other databases, which say nothing of this one')
  const traces = makeTraces(config.tracesUrl, { log })
  const metrics = traces.hearing(makeMetrics({ jobs: () => database.poolUsage(db) }))
  let timekeeper: TimetableClock | null = null
  const watches = [makeClockWatch(clock, log), outdated, office]
  let server: Server | null = null
  let answers: Awaited<ReturnType<typeof openServing>> | null = null
  let ticking: database.JobDb | null = null
  let auditLog: AuditLog | null = null
  let files: PublishedFiles | null = null
  let setup: FirstSetup | null = null
  const stopping = new AbortController()
  const uploading = new Set<Promise<unknown>>()

  const sweeper = makeNameSweeper(db, { signal: stopping.signal, log })

  const pullFeed = async (
    id: string,
    options: JobOccasion & { file?: SubmittedFile; progress?: (n: number) => void; signal?: AbortSignal },
  ) => {
    const mirror = mirrors.get(id)
    const { agency } = mirror ?? requireFeed(id)
    const url = office.addresses().agencies[agency] ?? null
    const setting = config.agencies[agency]?.setting
    if (url === null && !options.file) throw new Refusal('FEED_NOT_CONFIGURED', { feed: id, setting })
    const given = { url, setting, pseudonymOf: keys.pseudonymOf, rules, now, log, ...options }
    if (mirror !== undefined) {
      const open = () => openPetitions({ url, file: options.file, signal: options.signal })
      return mirrorPetitions(db, { ...given, feed: mirror, keys, open })
    }
    const pulled = await runPull(db, { feed: requireFeed(id), archive, ...given })
    sweeper.wake()
    return pulled
  }
  const upload: ApiDependencies['pull'] = async (id, { by, file, signal }) => {
    const ended = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal
    const pulled = pullFeed(id, { cause: 'upload', waitMs: UPLOAD_WAIT_MS, by, file, signal: ended })
    uploading.add(pulled)
    return pulled.finally(() => uploading.delete(pulled))
  }
  const chosen = (ids: readonly string[] | null) => {
    const to = office.addresses()
    return allPlatforms
      .filter((platform) => (ids === null ? to.platforms[platform.id] : ids.includes(platform.id)))
      .map((platform) => {
        const address = to.platforms[platform.id]
        const setting = config.platforms[platform.id]?.setting
        if (!address) throw new Refusal('PLATFORM_NOT_CONFIGURED', { platform: platform.id, setting })
        return { platform, ...address }
      })
  }
  const pushTo = (ids: readonly string[] | null, options: Omit<PushTurn, 'platforms' | 'silent'>) => {
    const silent =
      ids === null ? allPlatforms.map(({ id }) => id).filter((id) => !office.addresses().platforms[id]) : []
    const isDoubted = () => clock.isDoubted()
    const { isHeldOnTrial } = office
    const parts = { db, rules, notes, identity, settleSeconds, noticeRestored, isDoubted, isHeldOnTrial, now, log }
    return pushOnlyRemovalsWhenInDoubt(parts, { platforms: chosen(ids), silent, ...options })
  }
  const reconcileWith = async (
    ids: readonly string[] | null,
    options: Omit<JobOccasion, 'waitMs'> & { signal?: AbortSignal },
  ) => {
    const platforms = chosen(ids)
    await noticeRestored()
    return reconcilePlatforms(db, { rules, platforms, hideLost: hideLostEntry, now, log, settleSeconds, ...options })
  }
  const reconcileRestored = async (platform: string, signal: AbortSignal): Promise<void> => {
    await noticeRestored()
    if (await restored.awaitsComparison(db, platform)) await reconcileWith([platform], { cause: 'timetable', signal })
  }
  const publishNow = async (options: JobOccasion & { removalsOnly?: boolean }) => {
    await noticeRestored()
    return publishList(db, {
      ...options,
      ...(files !== null && { files }),
      manifests: keys.manifests,
      now,
      sure: clock.sure,
      log,
      note: (published) => notes.notePublished({ ...published, database: identity }),
      noted: () => notes.published()?.sequence ?? 0,
    })
  }
  const expireNow = async (options: JobOccasion) => {
    const ended = await expireListings(db, { ...options, rules, now, log })
    if (ended === null) return null
    await renewObjectionTerms(db, rules)
    await recountMatters(db, rules)
    return ended
  }
  const families = () => findFamiliesWithSource(db, feeds.values())
  const recorded = makeCommandRecorder({ databaseUrl, identity, notes, keys, log, now })
  const scoreNow = async (options: Omit<ScoringOptions, 'rules' | 'families' | 'now' | 'log'>) =>
    scoreOperators(db, { rules, families: await families(), now, log, ...options })
  const scoreAtOnce = (only: readonly number[]) => {
    const scored = scoreNow({ cause: 'person', only, waitMs: SCORE_WAIT_MS }).catch((error) =>
      log.warn({ reason: reasonOf(error) }, 'operators could not be scored at once'),
    )
    return Promise.race([scored, after(SCORE_WAIT_MS, undefined, { ref: false })])
  }

  const act = async (turn: OccurrenceTurn, signal: AbortSignal): Promise<boolean> => {
    const { job, subject, ...occasioned } = turn
    const { cause, plannedFor } = occasioned
    const options = { ...occasioned, signal }
    await office.refresh()
    // These cannot be undone, so they are retried until the clock is trusted.
    if ((job === 'expire' || job === 'tidy' || job === 'figures') && clock.isDoubted()) return false
    if (job === 'pull') return (await pullFeed(subject, options)) !== null
    if (job === 'score') return (await scoreNow(options)) !== null
    if (job === 'publish') return (await publishNow(options)) !== null
    if (job === 'expire') {
      const ended = await expireNow(options)
      if (ended && ended.expired > 0) await publishNow({ cause: 'timetable' })
      return ended !== null
    }
    if (job === 'changes') return runChangeFeed({ db, office, keys, rules, now, log }, turn, { auditLog, signal })
    if (job === 'notify')
      return runNotify({ db, config, office, keys, rules, now, log }, turn, {
        auditLog,
        addresses: office.addresses(),
        signal,
      })
    if (job === 'exchange') {
      const { mattersFolder: folder } = config
      // Files need audit rows, which only a serving process writes.
      if (folder === null || auditLog === null) return true
      const parts = { folder, rules, keys, auditLog, transport: EXCHANGE_TRANSPORT, now, log }
      return (await exchangeMatters(db, { ...options, ...parts })) !== null
    }
    if (job === 'trail') {
      return (await tidyAuditLog(db, { ...options, isDoubted: clock.isDoubted, archiveDir, now, log })) !== null
    }
    if (job === 'audit') return (await audit.nightly({ ...options, now, log })) !== null
    if (job === 'standings') return (await verifyStandingsNightly(db, { ...options, now, log })) !== null
    if (job === 'tidy') {
      const renew = (at: Date) => recheckSellerLists(db, { now: at, log, signal })
      return (await deleteExpired(db, { ...options, archive: archiveDir, now, log, renew })) !== null
    }
    if (job === 'figures') return (await freezeFigures(db, { ...options, rules, now, log })) !== null
    if (job === 'reconcile') return reconcileWith([subject], options).then(() => true)
    // The comparison runs beside the push: removals do not wait.
    const looked = reconcileRestored(subject, signal).catch((error) =>
      log.warn({ platform: subject, reason: reasonOf(error) }, 'a restored database could not be compared'),
    )
    const lingers = cause === 'timetable' ? { until: new Date(plannedFor.getTime() + TIMETABLED_RUN_LINGERS_MS) } : {}
    await pushTo([subject], { ...options, ...lingers }).finally(() => looked)
    return true
  }
  const noted = () => notes.heads(identity).heads()
  const audit = makeNightlyVerification(db, { now, log, keys, archiveDir, metrics, noted })

  return {
    ...{ config, db, log, now, clock, rules, keys, office },
    get addresses() {
      return office.addresses()
    },
    pull: pullFeed,
    rollBack: (of: { run: number; reason: string; by: string }) =>
      rollBack(db, { rules, now, log, pseudonymOf: keys.pseudonymOf, ...of }),
    score: scoreNow,
    tryScorecard: async (options: Omit<TrialOptions, 'lists' | 'families' | 'now'>) =>
      tryScorecard(db, { lists: rules.lists, families: await families(), now, ...options }),
    verify: (options: { sample?: number; progress?: (n: number) => void }) => verifyScores(db, { now, ...options }),
    verifyAuditLog: audit.verify,
    verifyStandings: (options: { progress?: (n: number) => void }) => verifyStandings(db, { now, log, ...options }),
    recorded,
    repair: (options: { dryRun: boolean }) =>
      recorded(`hub repair${options.dryRun ? ' --dry-run' : ''}`, (note) =>
        repairRecords(db, {
          ...options,
          ...{ feeds: [...feeds.values()], rules, pseudonymOf: keys.pseudonymOf, archiveDir, now, note },
          score: (only) => scoreNow({ cause: 'command', only }),
        }),
      ),
    push: pushTo,
    reconcile: reconcileWith,
    publish: publishNow,
    newManifestKey: () => newManifestKey(config.keysDir),
    newAuditKey: async () => {
      const file = newAuditKey(config.keysDir)
      await storeKeyFingerprints(db, keys.fingerprints())
      return file
    },
    newTokenKey: async (options: { leaked: boolean }) => {
      const made = newTokenKey(config.keysDir, now().getTime(), options)
      await storeKeyFingerprints(db, keys.fingerprints())
      return made
    },
    outdated: outdated.refused,
    setupLines: (url: string): string[] =>
      setup === null ? [] : [`首次设置 First setup: ${url}/desk/setup`, `设置码 Setup code (once): ${setup.code}`],
    expire: expireNow,
    tick: (): void => {
      ticking = database.connect(databaseUrl, 'hub timetable')
      for (const watch of watches) watch.start()
      const { timetable: occasions } = office
      timekeeper = startClock(ticking, { occasions, act, now, log, metrics })
    },
    /** `demo` marks the data as invented, and waives the second factor unless a setting asks for it. */
    serve: async ({
      demo = false,
      secondFactor = demo ? 'nobody' : 'administrators',
    }: ServeOptions = {}): Promise<string> => {
      for (const watch of watches) watch.start()
      // Own connections for answers: a long merge does not block the public.
      const pool = openAnswers(opened, noticeRestored)
      answers = await openServing(opened, { config, db: pool, log, metrics })
      auditLog = openAuditLog(databaseUrl, { log, now, seal: keys.audit.seal, notes, database: identity, metrics })
      uploading.add(audit.atStart(stopping.signal))
      files = makePublishedFiles(join(config.dataDir, 'published'))
      const first = makeFirstSetup(db)
      if (await first.isOpen()) setup = first
      const { makeServer } = await import('../server/server.js')
      const { proxies, quota, fastAnswers, administratorNetworks, publicUrl, metrics: scraping } = config
      const made = await makeServer({
        ...{ ...answers, keys, log, now, sure: clock.sure, rules, metrics, auditLog, files, demo },
        ...{ proxies, quota, fastAnswers, administratorNetworks, publicUrl, scraping, office, setup },
        secondFactor: config.secondFactor ?? secondFactor,
        ...{ agencies: allAgencies, platforms: allPlatforms },
        ...{ archiveDir, verifyAuditLog: audit.verify },
        pull: upload,
        rescore: (only) => scoreAtOnce(only),
        publish: () => publishNow({ cause: 'timetable', waitMs: ASKER_WAIT_MS, removalsOnly: true }),
        ready: makeReadiness(pool.beside({ what: 'readiness', max: 1, waitMs: 0 }), { disks }),
      })
      server = made
      const port = await listenOn(made, config)
      sweeper.start()
      return `http://localhost:${port}`
    },
    close: async (): Promise<void> => {
      announceStop(server)
      await timekeeper?.stop()
      if (server) await drainServer(server, config)
      stopping.abort(new Refusal('STOPPING'))
      await Promise.allSettled([...uploading, sweeper.stop()])
      for (const watch of watches) watch.stop()
      await auditLog?.close()
      await files?.close()
      await answers?.close()
      await ticking?.destroy()
      await traces.close()
      await db.destroy()
      disks.close()
      await leave()
    },
  }
}

export const requireFeed = (id: string) => {
  const feed = feeds.get(id)
  if (feed === undefined)
    throw new Refusal('FEED_UNKNOWN', { feed: id, known: [...feeds.keys(), ...mirrors.keys()].join(' ') })
  return feed
}

export const requirePlatforms = (ids: readonly string[]): void => {
  const known: string[] = allPlatforms.map((platform) => platform.id)
  for (const id of ids)
    if (!known.includes(id)) throw new Refusal('PLATFORM_UNKNOWN', { platform: id, known: known.join(' ') })
}
