/** `npm run bench [NAME…]`: each bench prints its figures, as ratios within one run. The last line is one JSON object. */
import { finished, page, peers, standing, standings } from './answers.js'
import { intake } from './intake.js'
import { matters } from './matters.js'
import { pages } from './pages.js'
import { penalties } from './penalties.js'
import { publish } from './publish.js'
import { push } from './push.js'
import { score } from './score.js'
import { search } from './search.js'
import { stream } from './stream.js'

const BENCHES: Record<string, () => Promise<Record<string, number>>> = {
  intake,
  matters,
  pages,
  penalties,
  publish,
  push,
  score,
  search,
  standing,
  standings,
  page,
  peers,
  stream,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`unknown bench ${unknown.join(' ')}; known: ${Object.keys(BENCHES).join(' ')}\n`)
  process.exit(2)
}
const figures: Record<string, Record<string, number>> = {}
// `peers` downloads other servers, so it runs only when it is named.
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES).filter((each) => each !== 'peers'))
  figures[name] = (await BENCHES[name]?.()) ?? {}
await finished()
process.stdout.write(`${JSON.stringify(figures)}\n`)
