import { type RequestHandler, Router } from 'express'
import { listSchemaFiles, schemaDocument } from '../foundation/contracts.js'

const FOLDER = 'openapi'
const FRAME = 'frame.json'
const FRESH_SECONDS = 300
/** Stands for the contract named there: a path under schema/ without `.json`. */
const CONTRACT = 'x-contract'
const DEFINITIONS = '#/$defs/'

type OpenapiJson = null | boolean | number | string | readonly OpenapiJson[] | { readonly [name: string]: OpenapiJson }
type OpenapiEntry = Record<string, OpenapiJson>
interface OpenapiPart {
  paths?: Record<string, OpenapiEntry>
  components?: Record<string, OpenapiEntry>
}

export const assembleOpenapiDocument = (): OpenapiEntry => {
  const frame = schemaDocument(`${FOLDER}/${FRAME}`) as OpenapiEntry & OpenapiPart
  const paths: Record<string, OpenapiJson> = {}
  const components: Record<string, OpenapiEntry> = {}
  for (const name of listSchemaFiles(FOLDER).filter((file) => file.endsWith('.json'))) {
    const part = schemaDocument(`${FOLDER}/${name}`) as OpenapiPart
    for (const [path, entry] of Object.entries(part.paths ?? {})) {
      if (path in paths) throw new Error(`${name}: ${path} is described twice`)
      paths[path] = entry
    }
    for (const [kind, entries] of Object.entries(part.components ?? {})) {
      components[kind] = { ...components[kind], ...entries }
    }
  }
  const schemas = Object.fromEntries(Object.entries(components['schemas'] ?? {}).flatMap(componentsOf))
  return { ...frame, paths, components: { ...components, schemas } }
}

/** Client generators resolve `$ref` from the root, so each definition becomes a component. */
const componentsOf = ([name, schema]: [string, OpenapiJson]): [string, OpenapiJson][] => {
  const contract = (schema as OpenapiEntry)[CONTRACT]
  if (typeof contract !== 'string') return [[name, schema]]
  const { $schema: _, $defs = {}, ...body } = schemaDocument(`${contract}.json`) as OpenapiEntry
  const named = (definition: string): string => `${name}${definition.slice(0, 1).toUpperCase()}${definition.slice(1)}`
  const definitions = Object.entries($defs as OpenapiEntry).map(([own, inner]): [string, OpenapiJson] => [
    named(own),
    inner,
  ])
  return [[name, body] as [string, OpenapiJson], ...definitions].map(([key, inner]) => [
    key,
    withComponentReferences(inner, named),
  ])
}

const withComponentReferences = (value: OpenapiJson, named: (definition: string) => string): OpenapiJson => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((inner) => withComponentReferences(inner, named))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' && inner.startsWith(DEFINITIONS)
        ? `#/components/schemas/${named(inner.slice(DEFINITIONS.length))}`
        : withComponentReferences(inner, named),
    ]),
  )
}

export const makeOpenapiRouter = (): Router => {
  const text = JSON.stringify(assembleOpenapiDocument())
  const router = Router()
  const give: RequestHandler = (_request, response) => {
    response.set('Cache-Control', `public, max-age=${FRESH_SECONDS}`).type('json').send(text)
  }
  router.get('/v1/openapi.json', give)
  return router
}
