/** Random series: `npm test` runs a short form with a fixed seed, `npm run soak series` the long one. */
const SEED = 20_261_125

export const series = (runs: number): { numRuns: number; seed: number } => ({
  numRuns: runs * Number(process.env['SERIES_TIMES'] ?? 1),
  seed: Number(process.env['SERIES_SEED'] ?? SEED),
})
