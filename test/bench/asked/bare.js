/**
 * The bare server that the hub's answers are compared with: node:http and named prepared statements, without sign-in, limits or
 * checks. It is plain JavaScript, so that it runs without a loader. `node bare.js URL` prints its port.
 */
import http from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 })
pg.types.setTypeParser(1082, (text) => text)
/** Today in Shanghai, as in the hub. After 16:00 UTC the date in UTC would be a day behind. */
const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

const LISTED = `exists (select 1 from listings l join public_entries p on p.listing_id = l.id where l.operator_id = o.id
  and p.shown_from <= $2::date and (p.ends_on is null or p.ends_on > $2::date)) as listed`
const SCORE = `left join lateral (select value, grade from scores where operator_id = o.id and as_of <= $2::date
  order by as_of desc, id desc limit 1) s on true`

const standing = {
  name: 'standing',
  text: `select o.uscc, o.name, o.status, s.grade, s.value as score, ${LISTED} from operators o ${SCORE} where o.uscc = $1`,
}
const standings = {
  name: 'standings',
  text: `select o.uscc, o.name, o.status, s.grade, s.value as score, ${LISTED}
    from unnest($1::text[]) with ordinality as a(code, place) join operators o on o.uscc = a.code ${SCORE} order by a.place`,
}
const operator = {
  name: 'operator',
  text: 'select id, uscc, name, kind, region, status from operators where uscc = $1',
}
const records = {
  name: 'records',
  text: `select id, kind, feed, body, valid_from, known_from from versions where operator_id = $1 and known_to is null
    order by id desc limit 10`,
}
const score = {
  name: 'score',
  text: `select s.value, s.grade, s.as_of, s.reasons, c.card from scores s join scorecards c on c.hash = s.scorecard_hash
    where s.operator_id = $1 and s.as_of <= $2::date order by s.as_of desc, s.id desc limit 1`,
}
const listings = {
  name: 'listings',
  text: 'select id, list, state, reason, published_on, ends_on from listings where operator_id = $1',
}

const rows = async (statement, values) => (await pool.query({ ...statement, values })).rows
const known = ({ uscc, name, status, grade, score, listed }) => ({
  code: uscc,
  uscc,
  name,
  status: status === 'ACTIVE' ? 'KNOWN' : 'CEASED',
  grade,
  score,
  listed,
})

const answers = {
  standing: async (code) => known((await rows(standing, [code, today]))[0]),
  standings: async (_, codes) => (await rows(standings, [codes, today])).map(known),
  page: async (code) => {
    const [found] = await rows(operator, [code])
    const [its, [scored], listed] = await Promise.all([
      rows(records, [found.id]),
      rows(score, [found.id, today]),
      rows(listings, [found.id]),
    ])
    const sentences = new Map(scored.card.rules.map((rule) => [rule.id, rule]))
    const reasons = scored.reasons.map(({ rule, points }) => ({ rule, points, sentence: sentences.get(rule)?.reason }))
    return { ...found, records: its, score: { ...scored, card: undefined, reasons }, listings: listed }
  },
}

const server = http.createServer((request, response) => {
  const [, what, code] = request.url.split('/')
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', async () => {
    const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString('utf8')) : undefined
    const text = JSON.stringify(await answers[what](code, body))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
process.stdin.resume().once('end', () => process.exit(0))
