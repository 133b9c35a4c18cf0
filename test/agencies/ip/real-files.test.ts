import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect } from 'chai'
import { isRefusal } from '../../../src/foundation/errors.js'
import { feedOf } from '../samples.js'

const DATA = resolve('../shared/data')
const FEEDS = ['trademarks', 'icp', 'shops', 'trustmarks', 'ratings']
/** Codes with which a file may be refused. */
const CODES = ['CONTENT_UNKNOWN', 'CONTENT_UNREADABLE', 'CONTENT_TOO_LARGE']

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )

describe('real files (skipped where they are absent)', () => {
  before(function () {
    if (!existsSync(DATA)) this.skip()
  })

  it('these feeds refuse every real file with a sentence in both languages', async () => {
    const files = filesBelow(DATA)
    expect(files).to.have.length.greaterThan(30)
    for (const path of files) {
      for (const id of FEEDS) {
        const told = await refusal(id, path)
        expect(CODES, `${id} takes ${relative(DATA, path)}`).to.include(told.code)
        expect(told.message).to.match(/\p{Script=Han}.*[a-z]\./u)
      }
    }
  })
})

/** Reads the first item only: a feed that yields one accepts the file. */
const refusal = async (id: string, path: string): Promise<{ code: string; message: string }> => {
  try {
    for await (const item of feedOf(id).read(path, {})) return { code: 'taken', message: String(item.row) }
    return { code: 'empty', message: '' }
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, message: error.message }
    throw error
  }
}
