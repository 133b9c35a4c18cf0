import { useCallback, useEffect, useRef, useState } from 'react'
import {
  type AccountAnswer,
  actOnAccount,
  type DeskSession,
  type OwnAccount,
  type SignInRefusal,
  signedIn,
} from '../../session/session.js'

export type AccountAction = (act: string, body?: object) => Promise<AccountAnswer>

/** `act` asks for the password where the hub wants it once more. */
export const useOwnAccount = () => {
  const [account, setAccount] = useState<OwnAccount | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | null>(null)
  const [isProofAsked, setProofAsked] = useState(false)
  const proof = useRef<{ given: () => void; refused: () => void } | null>(null)
  const held = useRef<DeskSession | null>(null)

  const load = useCallback(() => {
    setError(null)
    actOnAccount(null).then(({ account }) => setAccount(account), setError)
  }, [])
  useEffect(load, [load])

  const act: AccountAction = async (name, body) => {
    try {
      const answer = await actOnAccount(name, body)
      setAccount(answer.account)
      if (answer.recoveryCodes) {
        // The session is taken when the codes are closed: it may open another page.
        held.current = answer.session
        setRecoveryCodes(answer.recoveryCodes)
      } else signedIn(answer.session)
      return answer
    } catch (refused) {
      if ((refused as SignInRefusal).code !== 'PROOF_NEEDED') throw refused
      await new Promise<void>((given, reject) => {
        proof.current = { given, refused: () => reject(refused) }
        setProofAsked(true)
      })
      return act(name, body)
    }
  }
  return {
    ...{ account, error, load, act, recoveryCodes, isProofAsked },
    prove: async (password: string) => {
      await act('prove-password', { password })
      setProofAsked(false)
      proof.current?.given()
    },
    leaveProof: () => {
      setProofAsked(false)
      proof.current?.refused()
    },
    closeRecoveryCodes: () => {
      setRecoveryCodes(null)
      if (held.current !== null) signedIn(held.current)
    },
  }
}

export type OwnAccountControl = ReturnType<typeof useOwnAccount>
