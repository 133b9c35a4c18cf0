/** Fills in the example files for operators, as `envsubst` does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const DEPLOY_FOLDER = 'src/hub/deploy'
const PLACE = /\$\{([A-Z0-9_]+)\}/g

export const placesOf = (text: string): string[] => [...new Set([...text.matchAll(PLACE)].map(([, name = '']) => name))]

/** Throws for a place without a value, and for a value without a place. */
export const fillIn = (name: string, values: Readonly<Record<string, string>>): string => {
  const text = readFileSync(join(DEPLOY_FOLDER, name), 'utf8')
  const unused = new Set(Object.keys(values))
  const filled = text.replace(PLACE, (_, place: string) => {
    unused.delete(place)
    const value = values[place]
    if (value === undefined) throw new Error(`${name}: no value for ${place}`)
    return value
  })
  if (unused.size > 0) throw new Error(`${name} has no place for ${[...unused].join(' ')}`)
  return filled
}
