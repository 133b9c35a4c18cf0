/** Runs a command of the built hub in a process of its own, with the young space of `src/cli.ts`. Returns its last line and its peak memory. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Commanded {
  /** The last line of output, parsed as JSON. */
  said: Record<string, unknown>
  /** Peak resident memory in MB, from `process.resourceUsage()`. */
  peak: number
}

export const commanded = (args: readonly string[], url: string, folder: string): Promise<Commanded> =>
  new Promise((resolve, reject) => {
    const script = `await import(${JSON.stringify(join(process.cwd(), 'dist/src/cli.js'))}); process.on('exit', () => process.stderr.write('PEAK ' + process.resourceUsage().maxRSS + '\\n'))`
    const child = spawn(process.execPath, ['--max-semi-space-size=64', '--input-type=module', '-e', script, ...args], {
      env: { ...process.env, DATABASE_URL: url, DATA_DIR: join(folder, 'hub'), LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [said, faults] = ['', '']
    child.stdout.on('data', (part) => {
      said += part
    })
    child.stderr.on('data', (part) => {
      faults += part
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      const peak = /PEAK (\d+)/.exec(faults)?.[1]
      if (code !== 0 || !peak) reject(new Error(`${args[0]} ended with ${code}: ${(said + faults).slice(-2000)}`))
      else resolve({ said: JSON.parse(said.trim().split('\n').at(-1) ?? '{}'), peak: Number(peak) / 1024 })
    })
  })
