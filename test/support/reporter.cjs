// The spec reporter with the slowest files, and a last line that machines read: `N passed, N failed`.
const { relative } = require('node:path')
const { reporters } = require('mocha')

const SLOW_FILES = 10

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const seconds = new Map()
    for (const event of ['test end', 'hook end'])
      runner.on(event, ({ file, duration = 0 }) =>
        seconds.set(file, (seconds.get(file) ?? 0) + (duration ?? 0) / 1_000),
      )
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOW_FILES)
      for (const [file, of] of slowest)
        if (file && of >= 1) process.stdout.write(`${of.toFixed(1).padStart(7)} s  ${relative('.', file)}\n`)
      if (pending > 0) process.stdout.write(`${pending} skipped\n`)
      process.stdout.write(`${passes} passed, ${failures} failed\n`)
    })
  }
}
