/** Where agencies and platforms are reached: as configured, else as given by whoever starts the hub. */
/** Addresses of doors that the configuration leaves open: the stand-ins of the demo, or servers of a test. */
export interface Addresses {
  agencies: Record<string, string>
  platforms: Record<string, { url: string; secret: string }>
}

/** The configuration comes first; what it leaves open is filled by what is given. */
interface Configured {
  agencies: Record<string, { url: string | null }>
  platforms: Record<string, { url: string | null; secret: string }>
}

export const addressesOf = (config: Configured, given: Addresses = { agencies: {}, platforms: {} }): Addresses => {
  const agencies = { ...given.agencies }
  for (const [id, { url }] of Object.entries(config.agencies)) if (url !== null) agencies[id] = url
  const platforms = { ...given.platforms }
  for (const [id, { url, secret }] of Object.entries(config.platforms))
    if (url !== null) platforms[id] = { url, secret }
  return { agencies, platforms }
}
