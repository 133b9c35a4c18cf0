/** Hears every answer of the first setup: of a server where people are registered, and of one where nobody is. */
import type { AddressInfo } from 'node:net'
import { Refusal } from '../../src/foundation/errors.js'
import { makeServer, type ServerDependencies } from '../../src/server/server.js'

export type AskedRequest = Omit<RequestInit, 'body'> & { at: string; from?: string; body?: string | URLSearchParams }

type Asking = (path: string, status: number, init: AskedRequest) => Promise<unknown>

export const hearFirstSetup = async (parts: ServerDependencies, ask: Asking): Promise<void> => {
  const at = '/desk/setup'
  const form = (code: string) => ({ at, method: 'POST', body: new URLSearchParams({ code, name: 'wang' }) })
  await ask(at, 303, { at })
  await ask(at, 303, form('x'))
  const register = async ({ code }: { code: string }) => {
    if (code !== 'good') throw new Refusal('SETUP_CODE_WRONG')
    const person = { role: 'administrator', duty: 'systems', agency: null, region: null } as const
    return { name: 'wang', one_time_password: 'x', good_until: '', pending: false, ...person }
  }
  const server = await makeServer({ ...parts, setup: { code: 'good', isOpen: async () => true, register } })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await ask(at, 200, { at, from })
  await ask(at, 403, { ...form('bad'), from })
  await ask(at, 200, { ...form('good'), from })
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}
