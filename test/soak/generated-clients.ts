/**
 * Clients that two generators make of the OpenAPI document compile, and one of them asks a hub. The generators need 56 MB
 * and a TypeScript of their own, so they are installed into a temporary folder from the npm registry.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { assembleOpenapiDocument } from '../../src/server/openapi.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld } from '../api/world.js'

/** Later versions of openapi-ts need Node 22. */
const PACKAGES = ['openapi-typescript@7.13.0', '@hey-api/openapi-ts@0.95.0', 'typescript@5.9.3']

/** The generator of clients reads it too, for the form of imports. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: 'es2023',
    module: 'nodenext',
    outDir: 'out',
  },
  include: ['*.ts', 'client'],
}

/** Uses the types of openapi-typescript. */
const TYPES_PROGRAM = `
import type { components, operations, paths } from './types.js'
type Page = paths['/v1/sellers']['get']['responses'][200]['content']['application/json']
type Change = components['schemas']['Change']
export const codesOf = (page: Page): string[] => page.entries.map(({ code }) => code)
export const isRemoval = ({ what }: Change): boolean => what.includes('ENTRY_REMOVED')
export const body: operations['changeSellers']['requestBody']['content']['application/json'] = { add: ['91220101MA0000000X'] }
// @ts-expect-error There is no such member.
export const wrong = (page: Page) => page.sellerz
`

/** Calls a hub through the client of openapi-ts. */
const CLIENT_PROGRAM = `
import { client } from './client/client.gen.js'
import { changeSellers, changes, listSellers, sendSellers } from './client/sdk.gen.js'
const [baseUrl = '', token = '', one = '', two = ''] = process.argv.slice(2)
client.setConfig({ baseUrl, auth: () => token })
const sent = await sendSellers({ body: one })
const altered = await changeSellers({ body: { add: [two] } })
const page = await listSellers({ query: { limit: 10 } })
const heard = await changes({ query: { after: 0 }, headers: { accept: 'application/json' } as never })
const refused = await changeSellers({ body: { add: ['?'] } })
console.log(JSON.stringify({ sent: sent.data?.sellers, added: altered.data?.added, codes: page.data?.entries.map(({ code }) => code),
  changes: heard.data && typeof heard.data === 'object' ? heard.data.next : null, refused: refused.error && 'code' in refused.error ? refused.error.code : null }))
`

const run = promisify(execFile)

export const soakGeneratedClients = async (): Promise<{ ok: boolean; [figure: string]: unknown }> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-generated-'))
  const inFolder = async (command: string, ...args: string[]) => (await run(command, args, { cwd: folder })).stdout
  const world = await makeWorld()
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(assembleOpenapiDocument()))
    await inFolder('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES, '@types/node@20.19.43')
    await inFolder('npx', 'openapi-typescript', 'openapi.json', '-o', 'types.ts')
    await inFolder(
      'npx',
      'openapi-ts',
      '-i',
      'openapi.json',
      '-o',
      'client',
      '-c',
      '@hey-api/client-fetch',
      '--no-log-file',
    )
    writeFileSync(join(folder, 'with-types.ts'), TYPES_PROGRAM)
    writeFileSync(join(folder, 'with-client.ts'), CLIENT_PROGRAM)
    await inFolder('npx', 'tsc')
    const codes = [uscc(1), uscc(2)]
    await world.bring(
      'registry',
      codes.map((code) => registration(code, '虚构有限公司')),
    )
    const token = world.token('marketplace', 'mall')
    const told = JSON.parse(await inFolder('node', 'out/with-client.js', world.url, token, ...codes))
    const expected = { sent: 1, added: 1, codes, changes: 2, refused: 'SELLERS_MALFORMED' }
    return { ok: JSON.stringify(told) === JSON.stringify(expected), ...told }
  } finally {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
