import { parseCode, readOperatorKindInUscc } from '../../domain/operators/codes.js'
import type { RecordSubject } from '../../domain/records/records.js'
import type { CodeField, SubjectCodes } from '../examine.js'
import { mapWordsToValues, type WordsIn } from '../words.js'
import type { MeaningReader } from './fields.js'

type PartyKind = 'ORGANISATION' | 'INDIVIDUAL_BUSINESS' | 'NATURAL_PERSON'

const KINDS = mapWordsToValues<PartyKind>({
  ORGANISATION: '法人及非法人组织 法人和非法人组织 法人或非法人组织 法人 非法人组织',
  INDIVIDUAL_BUSINESS: '个体工商户 个体',
  NATURAL_PERSON: '自然人',
})

/** `personNumber` (an ID number) marks a natural person and is never stored. */
export type PartyMeaning =
  WordsIn<'party partyKind uscc regNo orgCode taxCode institutionCode societyCode personNumber'>

export interface DecisionParty {
  kind: PartyKind | null
  subject: RecordSubject
  code: string | null
}

const SCHEMES: readonly { meaning: PartyMeaning; scheme: CodeField['scheme']; only?: true }[] = [
  { meaning: 'uscc', scheme: 'uscc' },
  { meaning: 'regNo', scheme: 'reg_no' },
  { meaning: 'orgCode', scheme: 'org_code' },
  // Numbers of other registers count only if they are a USCC.
  { meaning: 'taxCode', scheme: 'uscc', only: true },
  { meaning: 'institutionCode', scheme: 'uscc', only: true },
  { meaning: 'societyCode', scheme: 'uscc', only: true },
]

export const readDecisionParty = <M extends PartyMeaning>(read: MeaningReader<M | PartyMeaning>): DecisionParty => {
  const { row } = read
  const stated = read.choice('partyKind', KINDS)
  const field = read.fieldOf('personNumber')
  const hasPersonNumber = field !== null && row.text(field) !== null
  // In some forms, only the ID number column shows a natural person.
  const person = stated === 'NATURAL_PERSON' || (stated === null && hasPersonNumber && !hasCode(read))
  const codes = row.codes(...(person ? codesOfPerson(read) : codeFields(read)))
  const subject: RecordSubject = { ...codes, name: read.name('party') }
  const code = codes.uscc ?? codes.orgCode ?? codes.regNo
  const kind = stated ?? (person ? 'NATURAL_PERSON' : kindIn(codes))
  const codeField = read.fieldOf('uscc')
  if (code === null && codeField !== null && !person) {
    row.remark(
      codeField,
      'required',
      '组织或个体工商户没有代码。An organisation or individual business without a code.',
    )
  }
  return { kind, subject, code }
}

const codeFields = (read: MeaningReader<PartyMeaning>): CodeField[] =>
  SCHEMES.flatMap(({ meaning, ...rest }) => {
    const field = read.fieldOf(meaning)
    return field === null ? [] : [{ field, ...rest }]
  })

const hasCode = (read: MeaningReader<PartyMeaning>): boolean =>
  codeFields(read).some(({ field }) => parseCode(read.row.text(field))?.scheme !== undefined)

const codesOfPerson = (read: MeaningReader<PartyMeaning>): CodeField[] =>
  codeFields(read).filter(({ field, scheme }) => {
    const sent = read.row.text(field)
    if (sent === null) return true
    const code = parseCode(sent)
    if (code?.scheme === 'uscc' || (code?.scheme === 'reg_no' && scheme === 'reg_no' && code.valid)) return true
    read.row.remark(
      field,
      'code.person',
      `${field}中不是组织的代码，疑似个人证件号码，未采用。${field} holds no organisation's code and perhaps a person's number; not used.`,
    )
    return false
  })

const kindIn = ({ uscc, orgCode }: SubjectCodes): PartyKind | null => {
  if (uscc !== null) return readOperatorKindInUscc(uscc) === 'individual' ? 'INDIVIDUAL_BUSINESS' : 'ORGANISATION'
  return orgCode === null ? null : 'ORGANISATION'
}
