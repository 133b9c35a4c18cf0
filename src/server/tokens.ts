/** OAuth 2 client credentials (RFC 6749 sections 2.3.1, 4.4, 5) and revocation (RFC 7009). */
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import { auditRefusedSignIn, writeAuditRow } from '../api/request/audit-rows.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { refuseOtherMethods } from '../api/request/faults.js'
import type { RateLimit } from '../api/request/rate-limit.js'
import { requestContextOf } from '../api/request/request-context.js'
import { isRefusal, Refusal, reasonOf } from '../foundation/errors.js'
import { KEY_SET_CACHE_SECONDS, type Keys, secretMatches, type VerifiedClaims } from '../foundation/keys.js'
import * as clients from '../store/access/clients.js'
import { isPending } from '../work/access/clients.js'
import * as lockouts from '../work/access/lockouts.js'

const BODY_LIMIT = '16kb'
/** Longest id or secret, in characters. */
const LONGEST = 256

export const tokensRouter = (parts: ApiDependencies, limit: RateLimit): Router => {
  const { keys, revocations } = parts
  const { mark } = keys

  const authenticated = async (
    request: Request,
    response: Response,
    form: Map<string, string>,
  ): Promise<clients.ClientAccount | null> => {
    const credentials = credentialsOf(request, form)
    if (credentials === 'twice') {
      refuse(response, 'invalid_request', '只能用一种方式出示客户端密钥。Show the client secret in one way only.')
      return null
    }
    if (credentials === 'another') {
      refuse(response, 'invalid_request', 'client_id 与 Basic 所示不同。client_id is not the one shown by Basic.')
      return null
    }
    const requestContext = requestContextOf(request)
    const { address, now, log, db } = requestContext
    const refused = async (code: string, known: boolean, answer: () => void): Promise<null> => {
      try {
        const endpoint = `POST ${request.path}`
        await auditRefusedSignIn(parts, requestContext, { door: endpoint, name: credentials?.id ?? '', known, code })
        answer()
      } catch (error) {
        if (!isRefusal(error)) throw error
        refuse(response, 'temporarily_unavailable', error.message, error.status, error.code)
      }
      return null
    }
    const knock = { kind: 'CLIENT' as const, name: credentials?.id ?? '', address }
    const proven = await lockouts.isProven(db, knock, mark, now)
    const giveBack = takeAttempt(limit, { keys: [`${knock.name} ${address}`, address], at: now, proven })
    if (isRefusal(giveBack)) return refused(giveBack.code, false, () => tooMany(response, giveBack))
    const wait = await lockouts.secondsLocked(db, knock, mark, now)
    // Every attempt takes equally long: the same look-ups and one scrypt.
    const client = await clients.byId(db, knock.name, now)
    const matches = await secretMatches(
      credentials?.secret ?? '',
      client?.secretHash ?? null,
      client?.previousHash ?? null,
    )
    if (wait !== null) {
      const shut = new Refusal('TOO_MANY_REQUESTS', { retryAfter: wait })
      return refused(shut.code, false, () => tooMany(response, shut))
    }
    if (client === null || !matches || client.ended) {
      await lockouts.noteFailedSignIn(db, knock, { mark, known: client !== null, now, log })
      return refused('invalid_client', client !== null, () => unknownClient(response))
    }
    giveBack()
    if (await isPending(client, credentials?.secret ?? '')) {
      const { code, message } = new Refusal('ACCOUNT_PENDING')
      refuse(response, 'unauthorized_client', message, 400, code)
      return null
    }
    await lockouts.noteGoodSignIn(db, { ...knock, name: client.id }, mark, now)
    return client
  }

  const give: RequestHandler = async (request, response) => {
    const form = formIn(request, response)
    if (form === null) return
    const grant = form.get('grant_type')
    if (!grant) return refuse(response, 'invalid_request', '缺少 grant_type。grant_type is missing.')
    const client = await authenticated(request, response, form)
    if (client === null) return
    if (grant !== 'client_credentials')
      return refuse(
        response,
        'unsupported_grant_type',
        '只支持 client_credentials。Only client_credentials is supported.',
      )
    const { id: sub, role, agency, region } = client
    const requestContext = requestContextOf(request)
    const { token, expiresIn } = keys.sign({ sub, role, agency, region }, requestContext.now.getTime())
    try {
      await writeAuditRow(parts, requestContext, { sub, role, agency }, { kind: 'TOKEN', asked: 'POST /oauth/token' })
    } catch (error) {
      if (!isRefusal(error)) throw error
      return refuse(response, 'temporarily_unavailable', error.message, error.status, error.code)
    }
    response.json({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: role })
  }

  /** RFC 7009: a client revokes only its own token. An invalid token counts as revoked. */
  const revoke: RequestHandler = async (request, response) => {
    const form = formIn(request, response)
    if (form === null) return
    const token = form.get('token')
    if (!token) return refuse(response, 'invalid_request', '缺少 token。token is missing.')
    const client = await authenticated(request, response, form)
    if (client === null) return
    const requestContext = requestContextOf(request)
    const { now, log } = requestContext
    const claims = verified(token, keys, now)
    if (claims === null) return void response.status(200).end()
    if (claims.sub !== client.id)
      return refuse(response, 'unauthorized_client', '令牌不是发给此客户端的。The token is not of this client.')
    const viewer = { sub: client.id, role: client.role, agency: client.agency }
    const act = { asked: 'POST /oauth/revoke' }
    try {
      await writeAuditRow(parts, requestContext, viewer, { kind: 'ACT', ...act })
      await revocations.add({ jti: claims.jti, endsAt: new Date(claims.expiresAt * 1_000) }, now)
      await writeAuditRow(parts, requestContext, viewer, { kind: 'OUTCOME', ...act })
    } catch (error) {
      if (!isRefusal(error)) throw error
      return refuse(response, 'temporarily_unavailable', error.message, error.status, error.code)
    }
    log.info({ client: client.id }, 'a token was revoked')
    response.status(200).end()
  }

  const router = Router()
  const bodies = [express.urlencoded({ extended: false, limit: BODY_LIMIT }), express.json({ limit: BODY_LIMIT })]
  for (const [path, answer] of [
    ['/oauth/token', give],
    ['/oauth/revoke', revoke],
  ] as const)
    router.post(path, noStore, ...bodies, answer, unreadable)
  router.all(['/oauth/token', '/oauth/revoke'], refuseOtherMethods('POST'))
  router.get('/.well-known/jwks.json', (_request, response) => {
    response.set('Cache-Control', `public, max-age=${KEY_SET_CACHE_SECONDS}`).json(keys.jwks())
  })
  return router
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
  next()
}

const verified = (token: string, keys: Pick<Keys, 'verify'>, now: Date): VerifiedClaims | null => {
  try {
    return keys.verify(token, now.getTime())
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

const formIn = ({ body }: Request, response: Response): Map<string, string> | null => {
  const form = formOf(body)
  if (form === null)
    refuse(
      response,
      'invalid_request',
      '请求体应为表单，每个参数至多一次。A form is needed, each parameter once at most.',
    )
  return form
}

const takeAttempt = (
  limit: RateLimit,
  { keys, at, proven }: { keys: readonly string[]; at: Date; proven: boolean },
): (() => void) | Refusal => {
  try {
    return limit.take(keys, at, proven)
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

const formOf = (body: unknown): Map<string, string> | null => {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null
  const entries = Object.entries(body)
  return entries.every(([, value]) => typeof value === 'string') ? new Map(entries as [string, string][]) : null
}

interface OauthCredentials {
  id: string
  secret: string
}

const credentialsOf = (request: Request, form: Map<string, string>): OauthCredentials | null | 'twice' | 'another' => {
  const { authorization } = request.headers
  const secret = form.get('client_secret')
  if (authorization === undefined) return bounded(form.get('client_id') ?? '', secret ?? '')
  if (secret !== undefined) return 'twice'
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(authorization.trim())?.[1]
  const [, id, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  if (id === undefined || password === undefined) return null
  if (form.has('client_id') && form.get('client_id') !== formDecoded(id)) return 'another'
  return bounded(formDecoded(id), formDecoded(password))
}

const bounded = (id: string, secret: string): OauthCredentials | null =>
  id.length <= LONGEST && secret.length <= LONGEST && !id.includes('\0') ? { id, secret } : null

/** RFC 6749 section 2.3.1: credentials are form-encoded before Basic. Invalid encodings are taken literally. */
const formDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

const refuse = (
  response: Response,
  error: OauthError,
  description: string,
  status = 400,
  code: string = error,
): void => {
  requestContextOf(response.req).refused.push(code)
  response.status(status).json({ error, error_description: description })
}

const tooMany = (response: Response, { code, details, message, status }: Refusal): void => {
  response.set('Retry-After', String(details['retryAfter']))
  refuse(response, 'temporarily_unavailable', message, status, code)
}

const unknownClient = (response: Response): void => {
  response.set('WWW-Authenticate', 'Basic realm="hub", charset="UTF-8"')
  refuse(response, 'invalid_client', '客户端不存在或密钥不符。Unknown client, or the secret is not its own.', 401)
}

const unreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = (error as { status?: unknown } | null)?.status
  if (typeof status !== 'number' || status >= 500) return next(error)
  response.set('Cache-Control', 'no-store')
  refuse(
    response,
    'invalid_request',
    `请求体无法读取。The body cannot be read: ${reasonOf(error)}`,
    status === 413 ? 413 : 400,
  )
}
