import { cronInWords, nextRun, parseCron } from '../../foundation/time/cron.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import * as runs from '../../store/timetable/runs.js'
import * as schedules from '../../store/timetable/schedules.js'
import * as work from '../../work/timetable/timetable.js'
import { JOB_RULES, type ScheduledJob } from '../../work/timetable/timetable.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { makeRunView } from './operations.js'

const REQUEST_SHOWN_MS = 3_600_000

const occurrenceView = (one: occurrences.Occurrence) => ({ ...one, subject: one.subject || null })

const rows = async (context: GraphqlContext, of: readonly ScheduledJob[]) => {
  const { db } = context.parts
  const kept = byName(await schedules.listSchedules(db))
  const latest = byName(await occurrences.latestOccurrences(db, of))
  const requests = byName(await occurrences.latestRequests(db, new Date(context.now.getTime() - REQUEST_SHOWN_MS)))
  const last = byName(await runs.latestRuns(db, of))
  return of.map((occasion) => {
    const { job, subject, cron } = occasion
    const name = nameOf(occasion)
    const [plan, one, asked, run] = [kept.get(name), latest.get(name), requests.get(name), last.get(name)]
    const { pausable } = JOB_RULES[job]
    const paused = plan?.pausedAt ? { at: plan.pausedAt, by: plan.pausedBy, reason: plan.pausedReason } : null
    return {
      job,
      subject: subject || null,
      cron,
      words: cronInWords(cron),
      missed: 'ONCE',
      pausable,
      next: paused ? null : nextRun(parseCron(cron), context.now),
      lastOccurrence: one ? occurrenceView(one) : null,
      lastRequest: asked ? occurrenceView(asked) : null,
      lastRun: run ? makeRunView(run) : null,
      paused,
    }
  })
}

const nameOf = ({ job, subject }: { job: string; subject: string }): string => `${job}:${subject}`
const byName = <T extends { job: string; subject: string }>(all: readonly T[]): Map<string, T> =>
  new Map(all.map((one) => [nameOf(one), one]))

interface JobArgs {
  job: string
  subject?: string | null
}

const toldOf = (context: GraphqlContext, args: JobArgs) => {
  const { job, subject } = refuseUnstorableText(args)
  return {
    timetable: context.parts.office.timetable(),
    job,
    subject: subject ?? '',
    by: context.viewer.sub ?? '',
    now: context.now,
  }
}

const startJob = async (_: unknown, args: JobArgs, context: GraphqlContext) =>
  occurrenceView(await work.requestScheduledJob(context.parts.db, toldOf(context, args)))

const pauseJob = async (_: unknown, args: JobArgs & { reason: string }, context: GraphqlContext) => {
  const told = toldOf(context, args)
  await work.pauseScheduledJob(context.parts.db, context.parts.rules, {
    ...told,
    reason: refuseUnstorableText(args).reason,
  })
  return (await rows(context, [work.scheduledJobOf(told)]))[0]
}

const resumeJob = async (_: unknown, args: JobArgs, context: GraphqlContext) => {
  const told = toldOf(context, args)
  await work.resumeScheduledJob(context.parts.db, told)
  return (await rows(context, [work.scheduledJobOf(told)]))[0]
}

export const timetableResolvers = {
  Query: {
    timetable: (_: unknown, __: unknown, context: GraphqlContext) => {
      return rows(context, context.parts.office.timetable())
    },
  },
  Mutation: { startJob, pauseJob, resumeJob },
}
