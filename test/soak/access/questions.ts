/** Good and bad questions of all roles on all paths, with the status that each must be answered with. */

import { CLIENT_ROLES, type Role } from '../../../src/domain/access/viewer.js'
import * as attack from '../../hostile/attackers.js'
import type { AccessScene } from './scene.js'

export interface Question {
  path: string
  init?: RequestInit
  status: number | readonly number[]
  /** True for expected answers, whose time counts. */
  timed?: boolean
}

export interface QuestionMakers {
  good: readonly (() => Question)[]
  bad: readonly (() => Question)[]
}

/** `random` returns 0 ≤ n < 1. */
export const makeQuestions = (
  scene: AccessScene,
  { tokens, random }: { tokens: ReadonlyMap<Role, string>; random: () => number },
): QuestionMakers => {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const as = (role: Role): Record<string, string> => ({ authorization: `Bearer ${tokens.get(role)}` })
  const ask = (query: string, role: Role | null, status: Question['status'] = 200, timed = true): Question => ({
    path: '/graphql',
    status,
    timed,
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(role ? as(role) : {}) },
      body: attack.question(query),
    },
  })
  const get = (path: string, role: Role | null = null, status: Question['status'] = 200): Question => ({
    path,
    status,
    timed: status === 200,
    init: { headers: role ? as(role) : {} },
  })
  const code = (): string => pick(scene.codes)
  const inside: readonly Role[] = ['agency', 'officer', 'reviewer', 'administrator', 'auditor']
  const good: (() => Question)[] = [
    () => ask(`{ standing(code: "${code()}") { name status listed } }`, null),
    () => ask(`{ standing(code: "${code()}") { name status grade score listings { reason } } }`, pick(CLIENT_ROLES)),
    () =>
      ask(
        `{ standings(codes: ${JSON.stringify(Array.from({ length: 50 }, code))}) { name status listed } }`,
        pick(CLIENT_ROLES),
      ),
    () =>
      ask(
        `{ operator(code: "${code()}") { uscc name records(first: 5) { nodes { kind } } score { value grade reasons { points zh } } listings { kind state } } }`,
        pick(inside),
      ),
    () => ask('{ operators(filter: { name: "虚构长跑" }, first: 5) { nodes { name } } }', pick(inside)),
    () => ask('{ blacklist(first: 5) { nodes { reason } } }', null),
    () => ask('{ runs(first: 5) { nodes { id } } agencies { id } platforms { id } }', pick(inside)),
    () => ask('{ auditLog(first: 5) { nodes { number } } }', 'auditor'),
    () => ask('mutation { resumeJob(job: SCORE) { __typename } }', 'administrator', 200, false),
    () => get(`/v1/scores/${scene.score}`, 'auditor'),
    () => get('/v1/timeliness.csv?month=2026-03', 'officer'),
    () => get('/v1/openapi.json'),
    ...[
      '/',
      '/blacklist',
      `/blacklist/${scene.entry}`,
      '/scorecard',
      '/.well-known/jwks.json',
      '/healthz',
      '/readyz',
    ].map((path) => () => get(path)),
    ...['csv', 'jsonl', 'json', 'atom'].map((form) => () => get(`/data/blacklist.${form}`)),
    () => get('/data/delta?since=0'),
    () => get('/data/manifest.jws'),
    () => ({
      path: '/v1/sellers',
      status: [200, 409, 503],
      init: { method: 'POST', headers: as('marketplace'), body: scene.codes.slice(0, 10).join('\n') },
    }),
  ]
  const bad: (() => Question)[] = [
    () => ({
      ...ask('{ viewer { sub } }', null, 401, false),
      init: {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${random()}.a.b` },
        body: attack.question('{ viewer { sub } }'),
      },
    }),
    () => ask('{ operator(code: "x") { name } }', null, 200, false),
    () => ask(`{ ${Array.from({ length: 300 }, (_, i) => `a${i}: viewer { sub }`).join(' ')} }`, null, 400, false),
    () => ask(`{ ${'a { '.repeat(500)}b${' }'.repeat(500)} }`, null, 400, false),
    () => ask(`{ standing(code: "${random()}") { name } }`, null, 200, false),
    () => get(`/no/${random()}`, null, 404),
    () => get('/v1/scores/1', 'marketplace', 403),
    () => get('/metrics', 'marketplace', 403),
    () => ({
      path: '/graphql',
      status: 413,
      init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(1_100_000) },
    }),
  ]
  return { good, bad }
}
