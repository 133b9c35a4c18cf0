/** Only this file uses prom-client. Label values are the program's words: never a code, name, client or address. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const LATE_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14400]
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const VALUES_MOST = 500
const OTHER = 'OTHER'

interface Sample {
  labels: Record<string, string>
  value: number
}

export interface MetricFigure {
  name: string
  help: string
  labels: readonly string[]
  samples: readonly Sample[]
}

export interface PoolUsage {
  used: number
  free: number
  waiting: number
}

interface AnsweredRequest {
  door: string
  status: number
  role: string
  seconds: number
  requestId: string
  /** Reading it takes 11 µs, so only spans do. */
  traceparent: () => string | undefined
}

interface EndedJob {
  job: string
  subject: string
  outcome: string
  lateSeconds: number
  seconds: number
}

const HELP = {
  hub_requests_total: 'Requests answered, by door, HTTP status and role of whoever asked.',
  hub_request_seconds: 'From the head of a request to the end of its answer, by door.',
  hub_graphql_fields_total:
    'Root fields of GraphQL asked, by field; one that is asked twice in a question counts twice.',
  hub_refusals_total: 'What was refused or broke, by code.',
  hub_trail_rows_total: 'Rows written to the trail.',
  hub_trail_failures_total: 'Groups of rows that could not be written; their answers were refused.',
  hub_audit_faults: 'Faults of the audit log, as this process has verified it last: rows altered, gone or not sealed.',
  hub_trail_group_rows: 'Rows of the trail written together.',
  hub_trail_group_seconds: 'How long a group of rows of the trail took to be durable.',
  hub_job_runs_total: 'Occurrences of the timetable that ended in this process, by job and outcome.',
  hub_job_late_seconds: 'How long after its planned time an occurrence began, by job.',
  hub_database_connections: 'Connections to the database, by pool and whether one is in use.',
  hub_database_waiting: 'Who waits for a connection to the database, by pool.',
  hub_standby_age_seconds:
    'How long the standby has not been fresh enough to answer for this hub; 0 where none is stated.',
  hub_waiting: 'What waits in this process, by queue.',
}

export type Metrics = ReturnType<typeof makeMetrics>

export const makeMetrics = (initialPools: Record<string, () => PoolUsage> = {}) => {
  const registry = new Registry()
  const named = (name: keyof typeof HELP, ...labelNames: string[]) => ({
    name,
    help: HELP[name],
    labelNames,
    registers: [registry],
  })
  const requests = new Counter(named('hub_requests_total', 'door', 'status', 'role'))
  const seconds = new Histogram({ ...named('hub_request_seconds', 'door'), buckets: SECONDS })
  const fields = new Counter(named('hub_graphql_fields_total', 'field'))
  const refusals = new Counter(named('hub_refusals_total', 'code'))
  const trailRows = new Counter(named('hub_trail_rows_total'))
  const trailFailures = new Counter(named('hub_trail_failures_total'))
  const auditFaults = new Gauge(named('hub_audit_faults'))
  const groupRows = new Histogram({ ...named('hub_trail_group_rows'), buckets: ROWS })
  const groupSeconds = new Histogram({ ...named('hub_trail_group_seconds'), buckets: SECONDS })
  const jobs = new Counter(named('hub_job_runs_total', 'job', 'outcome'))
  const lateness = new Histogram({ ...named('hub_job_late_seconds', 'job'), buckets: LATE_SECONDS })
  const pools = new Map(Object.entries(initialPools))
  new Gauge({
    ...named('hub_database_connections', 'pool', 'state'),
    collect() {
      for (const [pool, look] of pools) {
        const { used, free } = look()
        this.set({ pool, state: 'used' }, used)
        this.set({ pool, state: 'free' }, free)
      }
    },
  })
  new Gauge({
    ...named('hub_database_waiting', 'pool'),
    collect() {
      for (const [pool, look] of pools) this.set({ pool }, look().waiting)
    },
  })
  let standbyAge = (): number => 0
  new Gauge({
    ...named('hub_standby_age_seconds'),
    collect() {
      this.set(standbyAge())
    },
  })
  const queues = new Map<string, () => number>()
  new Gauge({
    ...named('hub_waiting', 'queue'),
    collect() {
      for (const [queue, look] of queues) this.set({ queue }, look())
    },
  })

  // Finding prom-client's counter by labels costs more than counting, so counts reach it at a scrape.
  const tallies: (() => void)[] = []
  const tally = (tell: (more: number) => void): (() => void) => {
    let more = 0
    tallies.push(() => {
      if (more > 0) tell(more)
      more = 0
    })
    return () => {
      more += 1
    }
  }
  const countRequest = few((name) => {
    const [door = OTHER, status = OTHER, role = OTHER] = name.split(' ')
    return tally((more) => requests.inc({ door, status, role }, more))
  })
  const secondsOf = few((door) => seconds.labels(door))
  const refusal = few((code) => tally((more) => refusals.inc({ code }, more)))
  let begun = false

  return {
    contentType: registry.contentType,
    answered: (request: AnsweredRequest): void => {
      countRequest(`${request.door} ${request.status} ${request.role}`)()
      secondsOf(request.door).observe(request.seconds)
    },
    refused: (code: string): void => refusal(code)(),
    field: few((field) => tally((more) => fields.inc({ field }, more))),
    audited: (faults: number): void => auditFaults.set(faults),
    group: (group: { rows: number; seconds: number; written: boolean }): void => {
      if (!group.written) return void trailFailures.inc()
      trailRows.inc(group.rows)
      groupRows.observe(group.rows)
      groupSeconds.observe(group.seconds)
    },
    ran: ({ job, outcome, lateSeconds }: EndedJob): void => {
      jobs.inc({ job, outcome })
      lateness.observe({ job }, Math.max(0, lateSeconds))
    },
    pool: (name: string, look: () => PoolUsage) => void pools.set(name, look),
    standby: (ageSeconds: () => number): void => {
      standbyAge = ageSeconds
    },
    waiting: (what: string, look: () => number) => void queues.set(what, look),
    text: async (figures: readonly MetricFigure[]): Promise<string> => {
      if (!begun) collectDefaultMetrics({ register: registry })
      begun = true
      for (const tell of tallies) tell()
      // Prometheus' text format requires NaN; some readers refuse prom-client's `Nan`.
      return `${await registry.metrics()}${await looked(figures)}`.replace(/ Nan$/gm, ' NaN')
    },
  }
}

const few = <V>(make: (name: string) => V): ((name: string) => V) => {
  const made = new Map<string, V>()
  return (value) => {
    const known = made.get(value)
    if (known !== undefined) return known
    const name = made.size < VALUES_MOST ? value : OTHER
    const metric = made.get(name) ?? make(name)
    made.set(name, metric)
    return metric
  }
}

const looked = async (figures: readonly MetricFigure[]): Promise<string> => {
  const registry = new Registry()
  for (const { name, help, labels, samples } of figures) {
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] })
    for (const sample of samples) gauge.set(sample.labels, sample.value)
  }
  return registry.metrics()
}
