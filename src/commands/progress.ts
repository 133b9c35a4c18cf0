import { Presets, SingleBar } from 'cli-progress'

export interface ProgressBar {
  at: (count: number) => void
  stop: () => void
}

const SILENT: ProgressBar = { at: () => {}, stop: () => {} }

export const startProgress = (label: string, quiet = false): ProgressBar => {
  if (quiet || !process.stderr.isTTY) return SILENT
  const bar = new SingleBar(
    {
      format: `${label} {bar} {value} · {duration_formatted}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  )
  bar.start(1, 0)
  return {
    at: (count) => {
      bar.setTotal(Math.max(count, bar.getTotal()))
      bar.update(count)
    },
    stop: () => bar.stop(),
  }
}
