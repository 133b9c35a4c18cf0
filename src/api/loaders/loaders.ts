import { shanghaiDate } from '../../foundation/time/dates.js'
import { judgeFreshness } from '../../work/standing/freshness.js'
import { batchWithinTurn, cacheFirstCall } from './data-loader.js'
import { type FileLoaderSources, makeFileLoaders } from './file-loaders.js'
import type { Lookups, StandingKey } from './lookups.js'

export type Loaders = ReturnType<typeof standingLoaders> & ReturnType<typeof makeFileLoaders>

type LoaderDependencies = FileLoaderSources['own'] & Pick<FileLoaderSources, 'agencies'>

export const makeLoaders = (parts: LoaderDependencies, lookups: Lookups, now: Date): Loaders => {
  const sources = { own: parts, agencies: parts.agencies, lookups, now }
  const standing = standingLoaders(sources)
  let file: ReturnType<typeof makeFileLoaders> | null = null
  return new Proxy(standing as Loaders, {
    get: (_, name: keyof Loaders) => {
      if (name in standing) return standing[name as keyof typeof standing]
      file ??= makeFileLoaders(sources)
      return file[name as keyof typeof file]
    },
  })
}

const standingLoaders = ({ agencies, lookups, now }: FileLoaderSources) => {
  const today = shanghaiDate(now)
  const pulls = cacheFirstCall(() => lookups.pulls())
  return {
    pulls,
    freshness: cacheFirstCall(async () => judgeFreshness(agencies, await pulls(), now)),
    standing: batchWithinTurn(lookups.standings),
    standings: ({ codes, ...of }: Omit<StandingKey, 'code' | 'today'> & { codes: readonly string[] }) =>
      lookups.standings(codes.map((code) => ({ code, today, ...of }))),
  }
}
