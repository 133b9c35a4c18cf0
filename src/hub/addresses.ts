import type { Config } from '../config.js'
import type { MailSettings } from '../domain/notifications/message.js'

export interface Addresses {
  agencies: Record<string, string>
  platforms: Record<string, { url: string; secret: string }>
  webhookAllow?: string[]
  mail?: MailSettings | null
}

export const mergeAddresses = (
  config: Pick<Config, 'agencies' | 'platforms'>,
  demo: Addresses = { agencies: {}, platforms: {} },
): Addresses => {
  const agencies = Object.entries(config.agencies).flatMap(([id, { url }]) => (url === null ? [] : [[id, url]]))
  const platforms = Object.entries(config.platforms).flatMap(([id, { url, secret }]) =>
    url === null ? [] : [[id, { url, secret }]],
  )
  return {
    agencies: { ...demo.agencies, ...Object.fromEntries(agencies) },
    platforms: { ...demo.platforms, ...Object.fromEntries(platforms) },
  }
}
