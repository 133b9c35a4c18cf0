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
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { makeRestoreNotes } from '../../../src/work/audit/restore-guard.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { freshDatabase } from '../../support/database.js'
import { codeOf, pullItems } from '../../support/world.js'

const SERVING = fileURLToPath(new URL('../../support/serving.ts', import.meta.url))
/** Requests in flight at the same time. */
const AT_ONCE = 20
const ANSWERS = 300
const OPERATORS = 20

describe('a hub killed while it answers', () => {
  it('has stored the row of every answer received, in an unbroken chain', async () => {
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
      const url = said.toString().trim()
      const { keysDir, publicUrl } = readConfig({ PORT: '0', DATABASE_URL: test.url, DATA_DIR: folder })
      const keys = await loadKeys(keysDir, publicUrl)
      const { token } = keys.sign({ sub: 'guguji', role: 'marketplace', agency: null, region: null }, Date.now())

      const received = new Map<string, { code: string; digest: string }>()
      const killed = once(child, 'exit')
      const ask = async (n: number): Promise<void> => {
        for (let i = n; ; i += 1) {
          const code = codes[i % OPERATORS] as string
          try {
            const answer = await fetch(`${url}/graphql`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
              body: JSON.stringify({
                query: 'query($c: String!) { standing(code: $c) { code status } }',
                variables: { c: code },
              }),
            })
            const body = await answer.text()
            if (answer.status !== 200) throw new Error(`${answer.status} ${body}`)
            const digest = createHash('sha256').update(body).digest('base64')
            received.set(answer.headers.get('x-request-id') ?? '', { code, digest })
          } catch (error) {
            if (child?.killed) return
            throw error
          }
          if (received.size >= ANSWERS) child?.kill('SIGKILL')
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(n)))
      await killed

      const rows = await store.listRowsAfter(test.db, 0, 10_000)
      const kept = new Map(rows.map(({ content }) => [content?.request, content]))
      expect(received.size).to.be.at.least(ANSWERS)
      for (const [request, { code, digest }] of received) {
        const content = kept.get(request)
        expect(content?.digest, request).to.equal(digest)
        expect(unpackCodes(content?.shown ?? null)).to.deep.equal([code])
      }
      const [{ id }] = (await test.db.raw('select id from database_identity')).rows
      const noted = makeRestoreNotes(folder).heads(id).heads()
      expect(noted.at(-1)?.number).to.be.at.least(1)
      expect(await verifyAuditLog(test.db, { now: () => new Date(), noted, keys })).to.include({
        ok: true,
        walked: rows.length,
      })
    } finally {
      child?.kill('SIGKILL')
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
