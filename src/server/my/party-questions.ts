import type { GraphqlEndpoint } from '../../api/graphql/execution.js'
import type { HttpRequestContext } from '../../api/request/request-context.js'
import { INTERNAL_ERROR, isRefusalCode, Refusal } from '../../foundation/errors.js'
import type { SignedInParty } from '../../work/access/party-access.js'

interface Asker {
  asked: HttpRequestContext
  session: Pick<SignedInParty, 'viewer'>
}

export type PartyQuestions = ReturnType<typeof makePartyQuestions>

export const makePartyQuestions = (askGraphql: GraphqlEndpoint['ask']) => {
  const ask = async ({ asked, session }: Asker, query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await askGraphql(asked, session.viewer, { query, variables })
    const [error] = errors
    if (error === undefined) return { data, refused: null }
    const { code = INTERNAL_ERROR.code, details = {} } = (error.extensions ?? {}) as {
      code?: string
      details?: Refusal['details']
    }
    if (code === INTERNAL_ERROR.code) throw new Error(`a page of a party broke: ${asked.requestId}`)
    asked.refused.push(code)
    return { data: null, refused: { code, message: error.message, details } }
  }
  /** The member `myFile`. Refusals: that of the question, NOT_FOUND. */
  const askFile = async (asker: Asker, query: string, variables: Record<string, unknown> = {}) => {
    const { data, refused } = await ask(asker, query, variables)
    if (refused !== null)
      throw isRefusalCode(refused.code)
        ? new Refusal(refused.code, refused.details)
        : new Refusal('INPUT_INVALID', { reason: refused.message })
    if (data?.myFile == null) throw new Refusal('NOT_FOUND')
    return data.myFile
  }
  return { ask, askFile }
}
