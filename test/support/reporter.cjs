// The spec reporter with a last line that machines read: `N passed, N failed`.
const { reporters } = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      if (pending > 0) process.stdout.write(`${pending} skipped\n`)
      process.stdout.write(`${passes} passed, ${failures} failed\n`)
    })
  }
}
