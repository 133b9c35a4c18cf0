/**
 * Stores values on the request under a symbol. V8 would scan a changing WeakMap at every young-generation collection.
 */
import type { IncomingMessage } from 'node:http'

export interface PerRequestStorage<V> {
  get(request: IncomingMessage): V | undefined
  set(request: IncomingMessage, value: V): void
}

export const makePerRequestStorage = <V>(what: string): PerRequestStorage<V> => {
  const name = Symbol(what)
  return {
    get: (request) => (request as { [name]?: V })[name],
    set: (request, value) => {
      ;(request as { [name]?: V })[name] = value
    },
  }
}
