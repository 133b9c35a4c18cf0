/** Child process that joins the database in a folder, prints its address, and leaves on any input. */
import { once } from 'node:events'
import { joinDatabase } from '../../../src/store/embedded/index.js'

const { url, leave } = await joinDatabase(process.argv[2] ?? '', { durable: process.argv[3] === 'durable' })
process.stdout.write(`${url}\n`)
await once(process.stdin, 'data')
await leave()
process.exit()
