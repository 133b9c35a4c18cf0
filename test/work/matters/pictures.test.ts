/** Whether the hub knows a picture already must not show in what it costs to send it. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { PUBLIC_SEAT } from '../../../src/domain/matters/seats.js'
import type { Db } from '../../../src/store/db/db.js'
import { sendClue } from '../../../src/work/matters/clues.js'
import { sampleJpeg } from '../../support/sample-papers.js'
import { database, NOW, rowsOf, rules } from '../../support/world.js'

/** Notes each statement and the bytes that it carries. */
const listening = (db: Db, heard: string[]): Db => {
  const raw = (on: Db) => (sql: string, bindings?: unknown) => {
    const bytes = Object.values((bindings ?? {}) as object).reduce(
      (all: number, one) => all + (Buffer.isBuffer(one) ? one.length : 0),
      0,
    )
    heard.push(`${/\/\* (\S+) \*\//.exec(sql)?.[1] ?? sql.trim().slice(0, 20)} ${bytes}`)
    return on.raw(sql, bindings as never)
  }
  const over = (on: Db): Db =>
    new Proxy(on, {
      get: (of, name) => {
        if (name === 'raw') return raw(of)
        if (name === 'transaction')
          return (act: (tx: Db) => unknown, options: never) => of.transaction((tx) => act(over(tx)) as never, options)
        return Reflect.get(of, name)
      },
    })
  return over(db)
}

describe('a picture of a clue', () => {
  const db = database()

  it('that is known is sealed and written anew, by the same statements with as many bytes, and counts for the day as a new one', async () => {
    const fresh = (): Buffer => sampleJpeg(Buffer.concat([Buffer.from('fffe0012', 'hex'), randomBytes(16)]))
    const known = fresh()
    const sha256 = createHash('sha256').update(known).digest('hex')
    const send = async (picture: Buffer) => {
      const heard: string[] = []
      let sealed = 0
      const seal = (text: string) => text
      const sealBytes = (bytes: Buffer) => {
        sealed += bytes.length
        return Buffer.concat([randomBytes(16), bytes])
      }
      const keys = { seal, unseal: seal, sealBytes, accessMark: (text: string) => `mark ${text}` }
      const clue = { reference: randomUUID(), fields: { shop: '虚构小店', facts: '虚构的事实' }, pictures: [picture] }
      const contact = { name: '', contact: '' }
      await sendClue({ db: listening(db(), heard), rules, keys } as never, { ...clue, contact }, NOW)
      return { heard, sealed }
    }
    const file = async () =>
      (await rowsOf(db(), 'select xmin::text, content from matter_files where seat = ? and sha256 = ?', [
        PUBLIC_SEAT,
        sha256,
      ])) as { xmin: string; content: Buffer }[]
    await send(known)
    const [before, ...none] = await file()
    const again = await send(known)
    const [after, ...noOther] = await file()
    expect([none, noOther]).to.deep.equal([[], []])
    expect(after?.xmin, 'written').to.not.equal(before?.xmin)
    expect(after?.content.equals(before?.content ?? Buffer.of()), 'the same content').to.equal(false)
    expect(again).to.deep.equal(await send(fresh()))
    expect(again.sealed).to.equal(known.length)
    expect(again.heard).to.include(`attachments.add ${known.length + 16}`)
  })
})
