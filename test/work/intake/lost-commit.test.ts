/** The database commits a pull, but the answer to COMMIT is lost with the connection. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { connect } from '../../../src/store/db/db.js'
import { makeDeliveryArchive } from '../../../src/work/intake/archive.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { row } from '../../support/rows.js'
import { pullItems, rowsOf } from '../../support/world.js'

const NAMES_ARCHIVE = 'runs.noteSource'
/** Frontend message Query with the text COMMIT; (PostgreSQL protocol, message formats). */
const COMMIT = /^Q.{4}commit;?\0$/is

describe('a pull whose commit is not answered', () => {
  let test: TestDatabase
  let folder: string
  let proxied: string
  let lost = 0
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const { hostname, port } = new URL(test.url)
    const server = dial(Number(port), hostname)
    let names = false
    let committing = false
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined))
    client.on('data', (bytes) => {
      names ||= bytes.includes(NAMES_ARCHIVE)
      committing = names && COMMIT.test(bytes.toString('latin1'))
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (!committing) return void client.write(bytes)
      lost += 1
      client.destroy()
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  before(async () => {
    test = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-lost-commit-'))
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
    const url = new URL(test.url)
    url.host = `127.0.0.1:${(proxy.address() as { port: number }).port}`
    proxied = url.href
  })
  after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => void proxy.close(resolve))
    rmSync(folder, { recursive: true, force: true })
    await test.drop()
  })

  it('keeps the archive that its run names', async () => {
    const db = connect(proxied)
    try {
      const failed = await pullItems(db, [row(1)], { archive: makeDeliveryArchive(folder) }).then(
        () => false,
        () => true,
      )
      expect([failed, lost]).to.deep.equal([true, 1])
    } finally {
      await db.destroy()
    }
    const [run] = await rowsOf(test.db, 'select outcome, archive from runs')
    expect(run?.['outcome']).to.equal('DONE')
    expect(existsSync(join(folder, String(run?.['archive'])))).to.equal(true)
  })
})
