/**
 * mercurius with jit on the same tables: one named prepared statement per query, without sign-in, limits or audit log.
 * `node mercurius.js URL` prints its port.
 */
import fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

pg.types.setTypeParser(1082, (text) => text)
const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 })

const schema = `
  type Query { standing(code: String!): Standing! }
  type Standing { code: String! uscc: String name: String status: String! grade: String score: Int listed: Boolean! }`
const standing = async (_, { code }) =>
  (await pool.query({ name: 'standing', text: 'select * from peer.standing($1)', values: [code] })).rows[0]

const app = fastify()
app.register(mercurius, { schema, resolvers: { Query: { standing } }, jit: 1 })
await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${app.server.address().port}\n`)
process.stdin.resume().once('end', () => process.exit(0))
