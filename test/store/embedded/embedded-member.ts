/** A process of its own that joins a folder, tells the address, and leaves when it is written to. */
import { once } from 'node:events'
import { joinDatabase } from '../../../src/store/embedded/index.js'

const { url, leave } = await joinDatabase(process.argv[2] ?? '', { durable: process.argv[3] === 'durable' })
process.stdout.write(`${url}\n`)
await once(process.stdin, 'data')
await leave()
process.exit()
