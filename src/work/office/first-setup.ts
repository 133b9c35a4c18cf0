import { randomBytes } from 'node:crypto'
import { Refusal } from '../../foundation/errors.js'
import { equalsSecret } from '../../foundation/keys.js'
import { ACCESS_CODE_BYTES, formatAccessCode, parseAccessCode } from '../../foundation/text/access-code.js'
import * as store from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'
import { type PersonCredentials, registerPerson } from '../access/people.js'

const FIRST_BY = 'first setup'

export type FirstSetup = ReturnType<typeof makeFirstSetup>

/** While nobody is registered, the code at the server's terminal registers the first administrator. */
export const makeFirstSetup = (db: Db) => {
  const code = formatAccessCode(randomBytes(ACCESS_CODE_BYTES))
  const plain = parseAccessCode(code) ?? ''
  let isClosed = false
  const isOpen = async (): Promise<boolean> => {
    isClosed ||= await store.hasPeople(db)
    return !isClosed
  }
  return {
    code,
    isOpen,
    register: async (given: { code: string; name: string; now: Date }): Promise<PersonCredentials> => {
      if (!equalsSecret(parseAccessCode(given.code) ?? '', plain)) throw new Refusal('SETUP_CODE_WRONG')
      const person = { name: given.name.trim(), role: 'administrator', duty: 'systems' }
      return registerPerson(db, person, [], { by: FIRST_BY, byCommand: false, now: given.now, onlyFirst: true })
    },
  }
}
