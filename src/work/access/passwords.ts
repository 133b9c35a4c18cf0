import {
  findPasswordFault,
  normalPassword,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  type PasswordFault,
} from '../../domain/access/password.js'
import type { SignInTerms } from '../../domain/access/sign-in.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { hashSecret, secretMatches } from '../../foundation/keys.js'
import * as people from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'

const WEAK: Record<PasswordFault, string> = {
  SHORT: `不足 ${PASSWORD_MIN_LENGTH} 个字符 fewer than ${PASSWORD_MIN_LENGTH} characters`,
  LONG: `超过 ${PASSWORD_MAX_LENGTH} 个字符 more than ${PASSWORD_MAX_LENGTH} characters`,
  CHARACTERS: '含有控制字符 it holds control characters',
  PATTERN: '重复或顺排的字符过多 too much of it repeats or follows a row',
  NAMED: '含有本人名称 it holds the name',
  COMMON: '过于常见 it is a common one',
  SAME: '与原密码相同 it is the one before',
  FORMER: '是近期用过的密码 it was used before',
}

/** `present` is the replaced password. Refusal PASSWORD_WEAK. */
export const hashChosenPassword = async (
  db: Db,
  { id }: Pick<people.Person, 'id'>,
  { present, chosen, terms }: { present: string; chosen: string; terms: SignInTerms },
): Promise<string> => {
  const password = normalPassword(chosen)
  const refuse = (fault: PasswordFault) => new Refusal('PASSWORD_WEAK', { fault, reason: WEAK[fault] })
  const fault = findPasswordFault(password, { name: id, before: present, common: common() })
  if (fault !== null) throw refuse(fault)
  for (const former of await people.listFormerPasswords(db, id, terms.formerPasswords))
    if (await secretMatches(password, former)) throw refuse('FORMER')
  return hashSecret(password)
}

let list: ReadonlySet<string> | null = null
const common = (): ReadonlySet<string> => {
  list ??= new Set(contracts.schemaText('passwords/common.txt').split('\n').filter(Boolean))
  return list
}
