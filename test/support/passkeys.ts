/** Chromium signed in with passkeys: a hub on a known port, and an authenticator whose user always agrees. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import type { Page } from 'playwright-core'

/** Ports that the system gives to outgoing connections begin above. */
const PORTS = { from: 20_000, to: 32_000 }

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const port = randomInt(PORTS.from, PORTS.to)
    const probe = createServer()
    probe.once('error', () => resolve(freePort()))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })

/** A platform authenticator (WebDriver, virtual authenticators). */
export const addAuthenticator = async (page: Page): Promise<void> => {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  })
}
