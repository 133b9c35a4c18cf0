/** A software authenticator (WebAuthn) for tests without a browser: one ES256 credential, attestation `none`. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const UP = 1
const UV = 4
const ATTESTED = 64

interface AskedOptions {
  challenge: string
}

/** Parts of an answer that a test may forge. */
interface AnswerForgery {
  origin?: string
  rpId?: string
  counter?: number
  verifiesUser?: boolean
  challenge?: string
  handle?: string
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const base64url = (data: Buffer): string => data.toString('base64url')

export type SoftwareAuthenticator = ReturnType<typeof makeAuthenticator>

export const makeAuthenticator = (site = { origin: 'http://localhost', rpId: 'localhost' }) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(32)
  let counter = 0

  const clientData = (type: string, { challenge }: AskedOptions, forged: AnswerForgery): Buffer =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: forged.challenge ?? challenge,
        origin: forged.origin ?? site.origin,
        crossOrigin: false,
      }),
    )
  const authData = (flags: number, forged: AnswerForgery, more = Buffer.alloc(0)): Buffer => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(forged.counter ?? counter)
    const bits = UP | (forged.verifiesUser === false ? 0 : UV) | flags
    return Buffer.concat([sha256(forged.rpId ?? site.rpId), Buffer.from([bits]), count, more])
  }
  const shape = (response: object) => ({
    ...{ id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} },
    response,
  })

  return {
    id: base64url(id),
    create: (options: AskedOptions, forged: AnswerForgery = {}) => {
      const key = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y, 'base64url'),
      ])
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key])
      const data = authData(ATTESTED, forged, attested)
      const head = Buffer.from(
        `a363666d74646e6f6e656761747453746d74a068617574684461746158${data.length.toString(16)}`,
        'hex',
      )
      return shape({
        attestationObject: base64url(Buffer.concat([head, data])),
        clientDataJSON: base64url(clientData('webauthn.create', options, forged)),
        transports: ['internal'],
      })
    },
    get: (options: AskedOptions, forged: AnswerForgery = {}) => {
      counter += 1
      const client = clientData('webauthn.get', options, forged)
      const data = authData(0, forged)
      return shape({
        authenticatorData: base64url(data),
        clientDataJSON: base64url(client),
        signature: base64url(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
        ...(forged.handle !== undefined && { userHandle: forged.handle }),
      })
    },
  }
}
