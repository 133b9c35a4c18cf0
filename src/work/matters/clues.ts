import { hash, randomUUID } from 'node:crypto'
import { findFieldFault } from '../../domain/matters/fields.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import {
  CLUE_PICTURE_BYTES_MOST,
  CLUE_PICTURES_MOST,
  type ClueChannel,
  type ClueState,
  CONTACT_LENGTH_MOST,
  checkClueChannel,
  likenessesOf,
  stateOfClue,
} from '../../domain/matters/public-clues.js'
import { PUBLIC_SEAT } from '../../domain/matters/seats.js'
import { checkAndRedactText, redactIdNumbers } from '../../domain/records/privacy.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { type Keys, newAccessCode } from '../../foundation/keys.js'
import { makeOnce } from '../../foundation/memo.js'
import { checkPicture } from '../../foundation/papers/inspect.js'
import { parseAccessCode } from '../../foundation/text/access-code.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { matterById, movesOfMatters } from '../../store/matters/matters.js'
import * as store from '../../store/matters/reporters.js'
import { readRulesFile } from '../calendar/rules.js'
import { keepAttachment } from './attachments.js'
import { type MatterParts, openMoveInput } from './keep-move.js'
import { readMatterKinds } from './kinds.js'
import { openMatter } from './matters.js'

export const readClueChannel = makeOnce(
  (): ClueChannel =>
    readRulesFile<ClueChannel>('matters/clue-channel', 'contracts/clue-channel', (channel) =>
      checkClueChannel(channel, readMatterKinds().get(channel.kind)),
    ),
)

export interface ReporterContact {
  name: string
  contact: string
}

export interface SentClue {
  /** UUID of the form: sent again, it is the same clue. */
  reference: string
  fields: Readonly<Record<string, string>>
  contact: ReporterContact
  pictures: readonly Buffer[]
}

type ClueParts = MatterParts & { keys: Pick<Keys, 'seal' | 'unseal' | 'sealBytes' | 'accessMark'> }

/**
 * Returns the receipt code, of which only a keyed hash is stored. Refusals: CLUE_CHANNEL_CLOSED, CLUE_INVALID,
 * PAPER_REFUSED, CONTENT_TOO_LARGE.
 */
export const sendClue = async (parts: ClueParts, clue: SentClue, now: Date): Promise<string> => {
  const { channel, kind, receiver, fields, attachment } = readClueChannel()
  const known = readMatterKinds().get(kind)
  if (channel === 'closed' || known === undefined) throw new Refusal('CLUE_CHANNEL_CLOSED')
  if (Object.values({ ...clue.fields, ...clue.contact }).some((text) => text.includes(UNDECODABLE)))
    throw new Refusal('CLUE_INVALID', {
      zh: '含有无法辨认的文字，请重新填写',
      en: 'it holds characters that cannot be read, so type them again',
    })
  const contact = checkContact(redactIdNumbers(clue.contact, parts.rules.pseudonymOf))
  const pictures = checkPictures(clue.pictures)
  const attachments = pictures.map(({ sha256, content, extension }, place) => ({
    type: attachment,
    // The sender's own file name may name him.
    name: `${place + 1}.${extension}`,
    sha256,
    bytes: content.length,
  }))
  const opening = { kind, to: receiver, fields: { ...clue.fields, ...fields }, attachments }
  refuseFault(known, opening.fields)
  for (const { sha256, content } of pictures) await keepPicture(parts, { sha256, content, now })
  const { id } = await openClue(parts, { ...opening, reference: clue.reference }, now)
  const code = newAccessCode()
  await store.keepReporter(parts.db, {
    matterId: id,
    receiptMark: parts.keys.accessMark(parseAccessCode(code) ?? ''),
    contact: contact && parts.keys.seal(JSON.stringify(contact), contactAbout(id)),
    likenesses: likenessesOf(opening.fields).map((text) => parts.keys.accessMark(`like ${text}`)),
    at: now,
  })
  return code
}

const keepPicture = async (
  { db, keys }: ClueParts,
  picture: { sha256: string; content: Buffer; now: Date },
): Promise<void> => {
  try {
    await keepAttachment(db, keys, { ...picture, seat: PUBLIC_SEAT, by: PUBLIC_SEAT })
  } catch (error) {
    if (!isRefusal(error) || !error.code.startsWith('ATTACHMENTS_')) throw error
    throw new Refusal('CLUE_INVALID', {
      zh: '今天不能再接收照片，可以不附照片提交，或者明天再试',
      en: 'no more pictures are taken today, so send it without them or tomorrow',
    })
  }
}

const refuseFault = (kind: MatterKind, fields: Readonly<Record<string, string>>): void => {
  const fault = findFieldFault(kind, fields, true)
  if (fault === null) return
  const name = fault.pointer.split('/').at(-1) ?? ''
  const label = fields[name] === undefined ? undefined : kind.fields[name]
  throw new Refusal('CLUE_INVALID', {
    zh: label ? `${label.zh}，${fault.zh}` : fault.zh,
    en: label ? `${label.en}: ${fault.en}` : fault.en,
  })
}

const contactAbout = (id: string): string => `reporter ${id}`

const openClue = async (parts: MatterParts, opening: Parameters<typeof openMatter>[2], now: Date) => {
  const who = { by: PUBLIC_SEAT, role: 'public', seat: PUBLIC_SEAT } as const
  try {
    return (await openMatter(parts, who, opening, now)).stored
  } catch (error) {
    // The form was changed and sent again: another clue.
    if (!isRefusal(error) || error.code !== 'MATTER_REFERENCE_TAKEN') throw error
    return (await openMatter(parts, who, { ...opening, reference: randomUUID() }, now)).stored
  }
}

const UNDECODABLE = '\uFFFD'
const CONTROL = /\p{Cc}/u

const checkContact = (given: ReporterContact): ReporterContact | null => {
  if (Object.values(given).some((text) => [...text].length > CONTACT_LENGTH_MOST || CONTROL.test(text)))
    throw new Refusal('CLUE_INVALID', {
      zh: `联系方式不得超过 ${CONTACT_LENGTH_MOST} 个字符，不得换行`,
      en: `the contact has at most ${CONTACT_LENGTH_MOST} characters on one line`,
    })
  return given.name.trim() === '' && given.contact.trim() === '' ? null : given
}

const checkPictures = (pictures: readonly Buffer[]) => {
  if (pictures.length > CLUE_PICTURES_MOST)
    throw new Refusal('CLUE_INVALID', {
      zh: `照片至多 ${CLUE_PICTURES_MOST} 张`,
      en: `at most ${CLUE_PICTURES_MOST} pictures`,
    })
  const checked = pictures.map((content) => ({
    content,
    sha256: hash('sha256', content),
    extension: checkPicture(content, CLUE_PICTURE_BYTES_MOST),
  }))
  return [...new Map(checked.map((one) => [one.sha256, one])).values()]
}

/** Looked up instead of a malformed code, so all wrong codes take equally long. */
const NO_CODE = ''

/** Refusal CLUE_CODE_REFUSED. */
export const readClueState = async (
  db: Db,
  keys: Pick<Keys, 'accessMark' | 'unseal'>,
  code: string,
): Promise<ClueState> => {
  const stored = await store.matterByReceipt(db, keys.accessMark(parseAccessCode(code) ?? NO_CODE))
  if (stored === null) throw new Refusal('CLUE_CODE_REFUSED')
  const { number_move: move } = readClueChannel()
  const made = (await movesOfMatters(db, [stored.id])).findLast((one) => one.move === move)
  const number = made && openMoveInput(keys, made).number
  const handedOn = made === undefined || number === undefined ? null : { on: made.on, number }
  return stateOfClue(stored.matter, shanghaiDate(stored.openedAt), handedOn)
}

/** Null without a contact, and after its term. Refusals: MATTER_UNKNOWN, INPUT_INVALID. */
export const openReporter = async (
  { db, keys, rules }: MatterParts,
  { id, seat, reason }: { id: string; seat: string | null; reason: string },
  audit: (number: string, reason: string) => Promise<void>,
): Promise<ReporterContact | null> => {
  const stored = await matterById(db, id)
  if (stored === null || !isHeldClue(stored, seat)) throw new Refusal('MATTER_UNKNOWN')
  await audit(stored.number, checkAndRedactText(reason, '事由 the reason', rules.pseudonymOf))
  const sealed = await store.findSealedContact(db, id)
  return sealed === null ? null : JSON.parse(keys.unseal(sealed, contactAbout(id)))
}

type Stored = NonNullable<Awaited<ReturnType<typeof matterById>>>

/** The seat's own people alone read what the public wrote as it was written. */
export const isHeldClue = ({ openedBy, matter }: Pick<Stored, 'openedBy' | 'matter'>, seat: string | null): boolean =>
  openedBy === PUBLIC_SEAT && matter.handed && matter.seats.holder === seat
