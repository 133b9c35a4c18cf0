/** The steps of a history in which an agency sends a row. */
import { addDays } from '../../../src/foundation/time/dates.js'
import type { Row } from '../../support/feed.js'
import { type FeedName, SAID } from './feeds.js'
import { casesIn, pick, type Step, type StepMaker, today } from './scene.js'

const send = (feed: FeedName, row: Row): Step => ({ name: feed, about: JSON.stringify(row), feed, row })

export const register: StepMaker = ({ firms }, { random }) => {
  const { code, name } = random.one(firms)
  return send('registry', {
    key: code,
    code,
    name: random.chance(0.6) ? name : `${name}${random.one(['东', '西'])}店`,
    value: `某路${random.below(3)}号${random.chance(0.2) ? SAID.ceased : ''}`,
    day: '2019-05-06',
  })
}

export const penalise: StepMaker = ({ n, firms, sent }, scene) => {
  const { random } = scene
  const { code, name } = random.one(firms)
  const nth = sent.filter(({ feed }) => feed === 'penalties').length
  return send('penalties', {
    key: `P${n}/${nth}`,
    // Without a code the record waits for a person.
    ...(random.chance(0.85) && { code }),
    name,
    value: `销售假冒商品第${n}之${nth}号${random.chance(0.2) ? SAID.light : ''}`,
    day: addDays(today(scene), -random.below(200)),
  })
}

export const trademark: StepMaker = ({ n, firms, sent }, { random }) => {
  const { code, name } = random.one(firms)
  const number = 99_000_000 + n * 100 + random.below(1 + sent.filter(({ feed }) => feed === 'trademarks').length)
  return send('trademarks', { key: `T${number}`, code, name, value: `虚构牌${number}`, day: '2020-01-05' })
}

export const mirror: StepMaker = ({ n, firms }, scene) => {
  const { random } = scene
  const { code, name } = random.one(firms)
  const value = `售假${random.chance(0.3) ? SAID.removed : ''}`
  return send('dishonest', { key: `L${n}/${random.below(2)}`, code, name, value, day: addDays(today(scene), -30) })
}

/** An agency sends a record again: withdrawn, lighter, or of another firm. */
export const correct: StepMaker = ({ firms, sent }, { random }) => {
  const known = pick(
    random,
    sent.filter(({ feed }) => feed === 'penalties'),
  )
  if (known === null) return null
  const { row } = known
  const value = row.value ?? ''
  const other = random.one(firms)
  return send(
    'penalties',
    random.one([
      { ...row, value: `${value}${SAID.revoked}` },
      { ...row, value: `${value}${SAID.light}` },
      { ...row, value: `${value}${SAID.revoked}` },
      { ...row, code: other.code, name: other.name },
      { ...row, value: /^.*?号/.exec(value)?.[0] ?? value },
    ]),
  )
}

export const repair: StepMaker = (history, scene) => {
  const { random } = scene
  const one = pick(random, casesIn(history, scene))
  const firm = one && history.firms.find(({ code }) => code === scene.beliefs.operators.get(one.operator)?.uscc)
  if (!one || !firm) return null
  const number = one.documentNumber ?? scene.beliefs.versions.get(one.decision ?? 0)?.number
  if (!number) return null
  const value = `${number}${random.chance(0.3) ? SAID.refused : ''}`
  return send('repairs', { key: `R${one.id}`, ...firm, value, day: today(scene) })
}
