export interface Addresses {
  agencies: Record<string, string>
  platforms: Record<string, { url: string; secret: string }>
}

interface ConfiguredAddresses {
  agencies: Record<string, { url: string | null }>
  platforms: Record<string, { url: string | null; secret: string }>
}

export const mergeAddresses = (
  config: ConfiguredAddresses,
  demo: Addresses = { agencies: {}, platforms: {} },
): Addresses => {
  const agencies = { ...demo.agencies }
  for (const [id, { url }] of Object.entries(config.agencies)) if (url !== null) agencies[id] = url
  const platforms = { ...demo.platforms }
  for (const [id, { url, secret }] of Object.entries(config.platforms))
    if (url !== null) platforms[id] = { url, secret }
  return { agencies, platforms }
}
