/** Only this file uses prom-client. Label values are words of the program: never a code, name, client or address. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Histogram bounds, seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
/** Values kept per label; further ones count as OTHER. */
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

export interface Metrics {
  answered(of: { door: string; status: number; role: string; seconds: number }): void
  refused(code: string): void
  field(name: string): () => void
  audited(faults: number): void
  group(of: { rows: number; seconds: number; written: boolean }): void
  ran(of: { job: string; outcome: string; lateSeconds: number }): void
  pool(name: string, look: () => PoolUsage): void
  waiting(what: string, look: () => number): void
  text(figures: readonly MetricFigure[]): Promise<string>
  contentType: string
}

export const makeMetrics = (initialPools: Record<string, () => PoolUsage> = {}): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'hub_requests_total',
    help: 'Requests answered, by door, HTTP status and role of whoever asked.',
    labelNames: ['door', 'status', 'role'],
    registers,
  })
  const seconds = new Histogram({
    name: 'hub_request_seconds',
    help: 'From the head of a request to the end of its answer, by door.',
    labelNames: ['door'],
    buckets: SECONDS,
    registers,
  })
  const fields = new Counter({
    name: 'hub_graphql_fields_total',
    help: 'Root fields of GraphQL asked, by field; one that is asked twice in a question counts twice.',
    labelNames: ['field'],
    registers,
  })
  const refusals = new Counter({
    name: 'hub_refusals_total',
    help: 'What was refused or broke, by code.',
    labelNames: ['code'],
    registers,
  })
  const trailRows = new Counter({ name: 'hub_trail_rows_total', help: 'Rows written to the trail.', registers })
  const trailFailures = new Counter({
    name: 'hub_trail_failures_total',
    help: 'Groups of rows that could not be written; their answers were refused.',
    registers,
  })
  const auditFaults = new Gauge({
    name: 'hub_audit_faults',
    help: 'Faults of the audit log, as this process has verified it last: rows altered, gone or not sealed.',
    registers,
  })
  const groupRows = new Histogram({
    name: 'hub_trail_group_rows',
    help: 'Rows of the trail written together.',
    buckets: ROWS,
    registers,
  })
  const groupSeconds = new Histogram({
    name: 'hub_trail_group_seconds',
    help: 'How long a group of rows of the trail took to be durable.',
    buckets: SECONDS,
    registers,
  })
  const jobs = new Counter({
    name: 'hub_job_runs_total',
    help: 'Occurrences of the timetable that ended in this process, by job and outcome.',
    labelNames: ['job', 'outcome'],
    registers,
  })
  const lateness = new Histogram({
    name: 'hub_job_late_seconds',
    help: 'How long after its planned time an occurrence began, by job.',
    labelNames: ['job'],
    buckets: [1, 5, 15, 60, 300, 900, 3600, 14400],
    registers,
  })
  const pools = new Map(Object.entries(initialPools))
  new Gauge({
    name: 'hub_database_connections',
    help: 'Connections to the database, by pool and whether one is in use.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, look] of pools) {
        const { used, free } = look()
        this.set({ pool, state: 'used' }, used)
        this.set({ pool, state: 'free' }, free)
      }
    },
  })
  new Gauge({
    name: 'hub_database_waiting',
    help: 'Who waits for a connection to the database, by pool.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, look] of pools) this.set({ pool }, look().waiting)
    },
  })
  const queues = new Map<string, () => number>()
  new Gauge({
    name: 'hub_waiting',
    help: 'What waits in this process, by queue.',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [queue, look] of queues) this.set({ queue }, look())
    },
  })

  // Counts reach prom-client only at a scrape, because finding its counter by labels costs more than counting.
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
  const request = few((name) => {
    const [door = OTHER, status = OTHER, role = OTHER] = name.split(' ')
    return tally((more) => requests.inc({ door, status, role }, more))
  })
  const took = few((door) => seconds.labels(door))
  const refusal = few((code) => tally((more) => refusals.inc({ code }, more)))
  let begun = false

  return {
    contentType: registry.contentType,
    answered: ({ door, status, role, seconds: lasted }) => {
      request(`${door} ${status} ${role}`)()
      took(door).observe(lasted)
    },
    refused: (code) => refusal(code)(),
    field: few((field) => tally((more) => fields.inc({ field }, more))),
    audited: (faults) => auditFaults.set(faults),
    group: ({ rows, seconds: lasted, written }) => {
      if (!written) return trailFailures.inc()
      trailRows.inc(rows)
      groupRows.observe(rows)
      groupSeconds.observe(lasted)
    },
    ran: ({ job, outcome, lateSeconds }) => {
      jobs.inc({ job, outcome })
      lateness.observe({ job }, Math.max(0, lateSeconds))
    },
    pool: (name, look) => void pools.set(name, look),
    waiting: (what, look) => void queues.set(what, look),
    text: async (figures) => {
      if (!begun) collectDefaultMetrics({ register: registry })
      begun = true
      for (const tell of tallies) tell()
      // The format requires NaN; some readers refuse the library's `Nan`.
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
