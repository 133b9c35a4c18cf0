import { parseJsonObject } from '../foundation/text/json.js'
import { makeJsonAnswer, type StandInAnswer } from './server.js'

interface Wish<T> {
  usual: T
  isValid: (wish: unknown) => boolean
}

const isCount = (wish: unknown): boolean => Number.isInteger(wish) && Number(wish) >= 0

export const COUNT: Wish<number> = { usual: 0, isValid: isCount }
export const SWITCH: Wish<boolean> = { usual: false, isValid: (wish) => typeof wish === 'boolean' }
export const TEXT_OR_NULL: Wish<string | null> = {
  usual: null,
  isValid: (wish) => wish === null || typeof wish === 'string',
}
export const makeCountOrNull = (usual: number | null): Wish<number | null> => ({
  usual,
  isValid: (wish) => wish === null || isCount(wish),
})

export type BehaviourOf<Wishes> = { [Name in keyof Wishes]: Wishes[Name] extends Wish<infer T> ? T : never }

export const makeBehaviour = <Wishes extends object>(wishes: Wishes, refused: object = {}) => {
  const known = new Map<string, Wish<unknown>>(Object.entries(wishes))
  const now = Object.fromEntries([...known].map(([name, { usual }]) => [name, usual])) as BehaviourOf<Wishes>
  const behave = (wanted: Partial<BehaviourOf<Wishes>>): void => void Object.assign(now, wanted)
  const behaveAsTold = (body: Buffer): StandInAnswer => {
    const wanted = parseJsonObject(body)
    const isKnown = wanted && Object.entries(wanted).every(([name, wish]) => known.get(name)?.isValid(wish))
    if (!isKnown) return makeJsonAnswer(400, { ...refused, message: '无法识别的行为 Not a behaviour' })
    Object.assign(now, wanted)
    return makeJsonAnswer(200, now)
  }
  return { now, behave, behaveAsTold }
}
