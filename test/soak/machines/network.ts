/** Network namespaces on one bridge: each stands for a machine with an address of its own. Needs root and iproute2. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ip = (...args: string[]): Promise<unknown> => run('ip', args)
/** RFC 2544 reserves these networks for tests of network devices; each rig takes one. */
const networkOf = (): string => `198.18.${process.pid % 256}`
const STOP_WITHIN_MS = 10_000

export interface Machine {
  name: string
  address: string
  /** Starts a program; `account` drops the rights of root. */
  start(file: string, args: string[], options: { log: number; account?: string; cwd?: string }): ChildProcess
  /** Ends all processes with SIGKILL, as a power cut would. */
  kill(): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Without a link nobody hears that the connections are gone. */
  link(state: 'up' | 'down'): Promise<void>
  /** Drops all packets to and from `other`. */
  cut(other: Machine): Promise<void>
  mend(other: Machine): Promise<void>
}

export interface Network {
  /** The address of this machine itself, on which the hubs run. */
  own: string
  /** In the form 198.18.1.0/24. */
  range: string
  add(name: string): Promise<Machine>
  close(): Promise<void>
}

export const makeNetwork = async (): Promise<Network> => {
  const bridge = `hub${process.pid}`
  const network = networkOf()
  const own = `${network}.1`
  await ip('link', 'add', bridge, 'type', 'bridge')
  await ip('address', 'add', `${own}/24`, 'dev', bridge)
  await ip('link', 'set', bridge, 'up')
  const machines: Machine[] = []
  const space = (name: string): string => `${bridge}-${name}`
  const device = (name: string): string => `h${process.pid}${name}`

  const add = async (name: string): Promise<Machine> => {
    const address = `${network}.${machines.length + 11}`
    const inside = ['-n', space(name)]
    await ip('netns', 'add', space(name))
    await ip('link', 'add', device(name), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space(name))
    await ip('link', 'set', device(name), 'master', bridge, 'up')
    await ip(...inside, 'address', 'add', `${address}/24`, 'dev', 'eth0')
    await ip(...inside, 'link', 'set', 'eth0', 'up')
    await ip(...inside, 'link', 'set', 'lo', 'up')
    const made = machineAt({ name, address, space: space(name), device: device(name) })
    machines.push(made)
    return made
  }

  return {
    own,
    range: `${network}.0/24`,
    add,
    close: async () => {
      await Promise.all(machines.map((one) => one.kill()))
      for (const { name } of machines) await ip('netns', 'delete', space(name))
      await ip('link', 'delete', bridge)
    },
  }
}

const machineAt = (at: { name: string; address: string; space: string; device: string }): Machine => {
  const pids = async (): Promise<number[]> => {
    const { stdout } = await run('ip', ['netns', 'pids', at.space])
    return stdout.split('\n').filter(Boolean).map(Number)
  }
  const signalAll = async (signal: NodeJS.Signals): Promise<number> => {
    const found = await pids()
    for (const pid of found) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
    return found.length
  }
  const blackhole = (verb: 'add' | 'delete', { address }: Machine) =>
    ip('-n', at.space, 'route', verb, 'blackhole', `${address}/32`)
  return {
    name: at.name,
    address: at.address,
    start: (file, args, { log, account, cwd }) => {
      const as = account ? ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--clear-groups'] : []
      return spawn('ip', ['netns', 'exec', at.space, ...as, file, ...args], {
        stdio: ['ignore', log, log],
        ...(cwd && { cwd }),
        env: { PATH: process.env['PATH'], HOME: cwd ?? '/', LC_ALL: 'C.UTF-8', PYTHONWARNINGS: 'ignore' },
      })
    },
    kill: async () => {
      // A server that is being forked may escape the first round.
      while ((await signalAll('SIGKILL')) > 0);
    },
    signal: async (signal) => {
      await signalAll(signal)
    },
    link: async (state) => {
      await ip('link', 'set', at.device, state)
    },
    cut: async (other) => {
      await blackhole('add', other)
    },
    mend: async (other) => {
      await blackhole('delete', other)
    },
  }
}

export const endProcess = async (child: ChildProcess, withinMs = STOP_WITHIN_MS): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await ended
  clearTimeout(late)
}
