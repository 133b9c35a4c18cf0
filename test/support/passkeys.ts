/** Chromium signed in with passkeys: a hub on a known port, and an authenticator whose user always agrees. */
import type { Page } from 'playwright-core'

/** A platform authenticator (WebDriver, virtual authenticators). */
export const addAuthenticator = async (page: Page): Promise<void> => {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  })
}
