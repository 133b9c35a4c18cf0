/**
 * GET /v1/openapi.json: all that is answered beside GraphQL, for programs that make clients and for people. Written as data in
 * schema/openapi/, a file for each door, which is read like any contract; a part that opens a new door lays a file of its own there.
 */
import { type RequestHandler, Router } from 'express'
import { document, folder } from '../contracts.js'

const FOLDER = 'openapi'
/** What stands before and around all paths. */
const FRAME = 'frame.json'
const FRESH_SECONDS = 300
/** A contract of the hub where a schema could stand: its path under schema/, without `.json`. */
const CONTRACT = 'x-contract'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type Entry = Record<string, Json>
interface Part {
  paths?: Record<string, Entry>
  components?: Record<string, Entry>
}

/** OpenAPI 3.1. */
export const openapiDocument = (): Entry => {
  const frame = document(`${FOLDER}/${FRAME}`) as Entry & Part
  const paths: Record<string, Json> = {}
  const components: Record<string, Entry> = {}
  for (const name of folder(FOLDER).filter((file) => file.endsWith('.json'))) {
    const part = document(`${FOLDER}/${name}`) as Part
    for (const [path, entry] of Object.entries(part.paths ?? {})) {
      if (path in paths) throw new Error(`${name}: ${path} is described twice`)
      paths[path] = entry
    }
    for (const [kind, entries] of Object.entries(part.components ?? {})) {
      components[kind] = { ...components[kind], ...entries }
    }
  }
  return withContracts({ ...frame, paths, components }) as Entry
}

/** Each where it is named; its own parts are found under its name. */
const withContracts = (value: Json): Json => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(withContracts)
  const entry = value as Entry
  const name = entry[CONTRACT]
  if (typeof name === 'string') return { $id: `urn:hub:${name}`, ...(document(`${name}.json`) as Entry) }
  return Object.fromEntries(Object.entries(entry).map(([key, inner]) => [key, withContracts(inner)]))
}

export const openapi = (): Router => {
  const text = JSON.stringify(openapiDocument())
  const router = Router()
  const give: RequestHandler = (_request, response) => {
    response.set('Cache-Control', `public, max-age=${FRESH_SECONDS}`).type('json').send(text)
  }
  router.get('/v1/openapi.json', give)
  return router
}
