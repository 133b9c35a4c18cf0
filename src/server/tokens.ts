/** OAuth 2 client credentials (RFC 6749 sections 2.3.1, 4.4, 5) and revocation (RFC 7009). */
import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { auditRefusedSignIn, writeAuditRow } from '../api/request/audit-rows.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { refuseOtherMethods } from '../api/request/problem-details.js'
import type { RateLimit } from '../api/request/rate-limit.js'
import { getRequestContext } from '../api/request/request-context.js'
import { isRefusal, Refusal, reasonOf } from '../foundation/errors.js'
import { KEY_SET_CACHE_SECONDS, type Keys, secretMatches, type VerifiedClaims } from '../foundation/keys.js'
import { isRecord } from '../foundation/text/json.js'
import * as clients from '../store/access/clients.js'
import { isPending } from '../work/access/clients.js'
import * as lockouts from '../work/access/lockouts.js'

const BODY_LIMIT = '16kb'
const CREDENTIAL_CHARACTERS_MOST = 256

export const makeTokensRouter = (parts: ApiDependencies, limit: RateLimit): Router => {
  const { keys, revocations } = parts
  const { pseudonymOf } = keys

  const authenticated = async (request: Request, form: Map<string, string>): Promise<clients.ClientAccount> => {
    const { id: name, secret } = credentialsOf(request, form) ?? { id: '', secret: '' }
    const own = getRequestContext(request)
    const { address, now, log, db } = own
    const knock = { kind: 'CLIENT' as const, name, address }
    const refuse = async (refusal: OauthRefusal, known = false): Promise<never> => {
      await auditRefusedSignIn(parts, own, { door: `POST ${request.path}`, name, known, code: refusal.code })
      throw refusal
    }
    const proven = await lockouts.isProven(db, knock, pseudonymOf, now)
    const giveBack = takeAttempt(limit, { keys: [`${name} ${address}`, address], at: parts.now(), proven })
    if (isRefusal(giveBack)) return refuse(tooMany(giveBack))
    const wait = await lockouts.secondsLocked(db, knock, pseudonymOf, now)
    // Every attempt takes equally long: the same look-ups and one scrypt.
    const client = await clients.findClient(db, name, now)
    const matches = await secretMatches(secret, client?.secretHash ?? null, client?.previousHash ?? null)
    if (wait !== null) return refuse(tooMany(new Refusal('TOO_MANY_REQUESTS', { retryAfter: wait })))
    if (client === null || !matches || client.ended) {
      await lockouts.noteFailedSignIn(db, knock, { pseudonymOf, known: client !== null, now, log })
      return refuse(unknownClient(), client !== null)
    }
    giveBack()
    if (await isPending(client, secret)) {
      const { code, message } = new Refusal('ACCOUNT_PENDING')
      return refuse(new OauthRefusal('unauthorized_client', message, { code }), true)
    }
    await lockouts.noteGoodSignIn(db, { ...knock, name: client.id }, pseudonymOf, now)
    return client
  }

  const give: RequestHandler = async (request, response) => {
    const form = formIn(request)
    const grant = form.get('grant_type')
    if (!grant) throw new OauthRefusal('invalid_request', '缺少 grant_type。grant_type is missing.')
    const { id: sub, role, agency, region } = await authenticated(request, form)
    if (grant !== 'client_credentials')
      throw new OauthRefusal(
        'unsupported_grant_type',
        '只支持 client_credentials。Only client_credentials is supported.',
      )
    const own = getRequestContext(request)
    const { token, expiresIn } = keys.sign({ sub, role, agency, region }, own.now.getTime())
    await writeAuditRow(parts, own, { sub, role, agency }, { kind: 'TOKEN', asked: 'POST /oauth/token' })
    response.json({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: role })
  }

  /** RFC 7009: a client revokes only its own token. An invalid token counts as revoked. */
  const revoke: RequestHandler = async (request, response) => {
    const form = formIn(request)
    const token = form.get('token')
    if (!token) throw new OauthRefusal('invalid_request', '缺少 token。token is missing.')
    const { id: sub, role, agency } = await authenticated(request, form)
    const own = getRequestContext(request)
    const claims = verified(token, keys, own.now)
    if (claims === null) return void response.status(200).end()
    if (claims.sub !== sub)
      throw new OauthRefusal('unauthorized_client', '令牌不是发给此客户端的。The token is not of this client.')
    const audit = (kind: 'ACT' | 'OUTCOME') =>
      writeAuditRow(parts, own, { sub, role, agency }, { kind, asked: 'POST /oauth/revoke' })
    await audit('ACT')
    await revocations.add({ jti: claims.jti, endsAt: new Date(claims.expiresAt * 1_000) }, own.now)
    await audit('OUTCOME')
    own.log.info({ client: sub }, 'a token was revoked')
    response.status(200).end()
  }

  const router = Router()
  const bodies = [express.urlencoded({ extended: false, limit: BODY_LIMIT }), express.json({ limit: BODY_LIMIT })]
  router.post('/oauth/token', noStore, ...bodies, give, answerError)
  router.post('/oauth/revoke', noStore, ...bodies, revoke, answerError)
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

const formIn = ({ body }: Request): Map<string, string> => {
  const entries = isRecord(body) ? Object.entries(body) : null
  if (entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return new Map(entries)
  throw new OauthRefusal(
    'invalid_request',
    '请求体应为表单，每个参数至多一次。A form is needed, each parameter once at most.',
  )
}

interface OauthCredentials {
  id: string
  secret: string
}

const credentialsOf = (request: Request, form: Map<string, string>): OauthCredentials | null => {
  const { authorization } = request.headers
  const secret = form.get('client_secret')
  if (authorization === undefined) return bounded(form.get('client_id') ?? '', secret ?? '')
  if (secret !== undefined)
    throw new OauthRefusal('invalid_request', '只能用一种方式出示客户端密钥。Show the client secret in one way only.')
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(authorization.trim())?.[1]
  const [, id, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  if (id === undefined || password === undefined) return null
  if (form.has('client_id') && form.get('client_id') !== formDecoded(id))
    throw new OauthRefusal('invalid_request', 'client_id 与 Basic 所示不同。client_id is not the one shown by Basic.')
  return bounded(formDecoded(id), formDecoded(password))
}

const bounded = (id: string, secret: string): OauthCredentials | null =>
  id.length <= CREDENTIAL_CHARACTERS_MOST && secret.length <= CREDENTIAL_CHARACTERS_MOST && !id.includes('\0')
    ? { id, secret }
    : null

/** RFC 6749 section 2.3.1: credentials are form-encoded before Basic. Invalid encodings stay. */
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

class OauthRefusal extends Error {
  constructor(
    readonly error: OauthError,
    description: string,
    readonly about: { status?: number; code?: string; headers?: Record<string, string> } = {},
  ) {
    super(description)
  }
  get code(): string {
    return this.about.code ?? this.error
  }
}

const tooMany = ({ code, details, message, status }: Refusal): OauthRefusal => {
  const headers = { 'Retry-After': String(details['retryAfter']) }
  return new OauthRefusal('temporarily_unavailable', message, { status, code, headers })
}

const unknownClient = (): OauthRefusal =>
  new OauthRefusal('invalid_client', '客户端不存在或密钥不符。Unknown client, or the secret is not its own.', {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="hub", charset="UTF-8"' },
  })

const oauthRefusalOf = (thrown: unknown): OauthRefusal | null => {
  if (thrown instanceof OauthRefusal) return thrown
  if (isRefusal(thrown)) return new OauthRefusal('temporarily_unavailable', thrown.message, thrown)
  const status = (thrown as { status?: unknown } | null)?.status
  if (typeof status !== 'number' || status >= 500) return null
  const description = `请求体无法读取。The body cannot be read: ${reasonOf(thrown)}`
  return new OauthRefusal('invalid_request', description, { status: status === 413 ? 413 : 400 })
}

const answerError: ErrorRequestHandler = (thrown: unknown, request, response, next) => {
  const refusal = oauthRefusalOf(thrown)
  if (refusal === null) return next(thrown)
  const { code, error, message, about } = refusal
  getRequestContext(request).refused.push(code)
  response.set(about.headers ?? {}).status(about.status ?? 400)
  response.json({ error, error_description: message })
}
