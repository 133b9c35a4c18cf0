import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { loadKeys } from '../../../src/foundation/keys.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { freshDatabase } from '../../support/database.js'
import { codeOf, pullItems } from '../../support/world.js'

const SERVING = fileURLToPath(new URL('../../support/serving.ts', import.meta.url))
const OPERATORS = 20
const ROWS = 60_000
/** Characters of the answer after which the hub is killed. */
const RECEIVED = 1_500_000

describe('a hub killed during a stream of standings', () => {
  it('has stored the audit row of each chunk of which a line was received', async () => {
    const test = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-killed-'))
    let child: ChildProcess | null = null
    try {
      const codes = Array.from({ length: OPERATORS }, (_, n) => codeOf(n))
      await pullItems(
        test.db,
        codes.map((code, n) => ({ key: `k${n}`, code, value: '刷单', day: '2026-10-10' })),
      )
      child = spawn(process.execPath, ['--import', 'tsx', SERVING, test.url, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [said] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer]
      const { keysDir, publicUrl } = readConfig({ PORT: '0', DATABASE_URL: test.url, DATA_DIR: folder })
      const keys = await loadKeys(keysDir, publicUrl)
      const { token } = keys.sign({ sub: 'guguji', role: 'marketplace', agency: null, region: null }, Date.now())
      const killed = once(child, 'exit')
      const answer = await fetch(`${said.toString().trim()}/v1/standings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': 'killed-1' },
        body: JSON.stringify(Array.from({ length: ROWS }, (_, n) => codes[n % OPERATORS])),
      })
      let text = ''
      const decoder = new TextDecoder()
      try {
        for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
          text += decoder.decode(part, { stream: true })
          if (text.length > RECEIVED) child.kill('SIGKILL')
        }
        throw new Error('it was answered to the end')
      } catch (error) {
        if (!child.killed || text.includes('"end":')) throw error
      }
      await killed

      const lines = text.split('\n')
      const received = lines.length - 1
      const kept = (await store.listRowsAfter(test.db, 0, 10_000)).flatMap(({ kind, content }) => {
        const [, from, to] = /rows (\d+)-(\d+)$/.exec(content?.asked ?? '') ?? []
        return kind === 'CHUNK' && content?.request === 'killed-1'
          ? [{ from: Number(from), to: Number(to), content }]
          : []
      })
      let whole = 0
      for (let row = 1; row <= received + 1; ) {
        const chunk = kept.find(({ from }) => from === row)
        // Nothing of the next line was received, so its chunk may be missing.
        if (row > received && lines.at(-1) === '') break
        expect(chunk, `the row of the trail of row ${row}`).not.to.equal(undefined)
        if (chunk === undefined) break
        if (chunk.to <= received) {
          const written = `${lines.slice(chunk.from - 1, chunk.to).join('\n')}\n`
          expect(chunk.content.digest).to.equal(createHash('sha256').update(written).digest('base64'))
          whole += 1
        }
        row = chunk.to + 1
      }
      expect(whole).to.be.above(2)
    } finally {
      child?.kill('SIGKILL')
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
