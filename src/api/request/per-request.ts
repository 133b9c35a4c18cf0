/**
 * What is known of a request beside itself, and lives as long as it. A property under a symbol, not a WeakMap: to one that is
 * written to with each request V8 looks at each collection of the young space, and lets what it holds grow old.
 */
import type { IncomingMessage } from 'node:http'

export interface Noted<V> {
  get(request: IncomingMessage): V | undefined
  set(request: IncomingMessage, value: V): void
}

export const noted = <V>(what: string): Noted<V> => {
  const name = Symbol(what)
  return {
    get: (request) => (request as { [name]?: V })[name],
    set: (request, value) => {
      ;(request as { [name]?: V })[name] = value
    },
  }
}
