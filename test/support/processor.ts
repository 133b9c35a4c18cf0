/** Processor time of an act in milliseconds, independent of other load. */
export const processorMs = async (act: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

const TRIES = 3
/** A try may meet garbage collection or a slow stretch of the machine, so superlinear times are measured again. */
const TRIES_MOST = 15
const LARGER = 8
/** The act is repeated until it takes so long, milliseconds: the clock's steps do not matter then. */
const MEASURABLE_MS = 5
const REPEATS_MAX = 1_024

/** Between the exponents of linear and quadratic work. */
export const LINEAR_EXPONENT_MAX = 1.6

/** The exponent of growth of an act's processor time with the size of its input: about 1 for linear work, 2 for quadratic. */
export const growthExponent = async (act: (size: number) => unknown, size: number): Promise<number> => {
  let repeats = 1
  const repeated = (of: number) =>
    processorMs(async () => {
      for (let n = 0; n < repeats; n += 1) await act(of)
    })
  while (repeats < REPEATS_MAX && (await repeated(size)) < MEASURABLE_MS) repeats *= 2
  let small = Infinity
  let large = Infinity
  const exponent = () => Math.log(large / small) / Math.log(LARGER)
  for (let tries = 0; tries < TRIES || (tries < TRIES_MOST && exponent() >= LINEAR_EXPONENT_MAX); tries += 1) {
    small = Math.min(small, await repeated(size))
    large = Math.min(large, await repeated(size * LARGER))
  }
  return exponent()
}
