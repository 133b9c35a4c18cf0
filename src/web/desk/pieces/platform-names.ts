/** Until the names are loaded a platform is not called by its id. */
export const platformNameIn = (names: ReadonlyMap<string, string>, platform: string): string =>
  names.get(platform) ?? (names.size === 0 ? '…' : platform)
