import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import * as claims from './claims.js'
import { openLog } from './log.js'
import { type MessageToMember, type MessageToSupervisor, onMessage, sendMessage } from './member-protocol.js'

const ENTER_BOUND_MS = 300_000
const LEAVE_BOUND_MS = 60_000
const POLL_MS = 15

export interface ClusterMembership {
  url: string
  leave(): Promise<void>
}

interface SeatedMember {
  url: string
  socket: Socket
  isOver: () => boolean
}

/** If the supervisor is killed, a member starts a new one, which adopts the running server. */
export const joinCluster = async (folder: string, durable: boolean): Promise<ClusterMembership> => {
  let seated = await enter(folder, durable)
  let returning: Promise<void> = Promise.resolve()
  let leaving = false
  const hold = () => {
    const { socket, isOver } = seated
    socket.unref()
    socket.once('close', () => {
      if (!leaving && !isOver()) returning = comeBack().catch(() => {})
    })
  }
  const comeBack = async () => {
    seated = await enter(folder, durable)
    hold()
  }
  hold()
  return {
    url: seated.url,
    leave: async () => {
      leaving = true
      await returning
      await depart(seated.socket)
    },
  }
}

const enter = async (folder: string, durable: boolean): Promise<SeatedMember> => {
  let starter: { child: ChildProcess; logged: number } | null = null
  for (const end = Date.now() + ENTER_BOUND_MS; Date.now() < end; await pause(POLL_MS)) {
    const living = claims.livingClaims(folder)
    const supervisor = living.find((claim) => claim.door)?.door
    const seated = supervisor ? await knock(supervisor, end) : null
    if (seated) return seated
    if (starter?.child.exitCode) throw failure(folder, starter.logged)
    if (living.length === 0 && !isRunning(starter?.child)) starter = await startSupervisor(folder, durable)
  }
  throw new Refusal('DATABASE_EMBEDDED', { reason: `等待超过 ${ENTER_BOUND_MS / 1000} 秒 waited too long; see pg.log` })
}

const knock = (supervisor: claims.SupervisorAddress, end: number): Promise<SeatedMember | null> =>
  new Promise((resolve, reject) => {
    let over = false
    let refused: Refusal | null = null
    const socket = connect(supervisor.port, '127.0.0.1', () =>
      sendMessage(socket, { token: supervisor.token } satisfies MessageToSupervisor),
    )
    const bound = setTimeout(() => socket.destroy(), end - Date.now())
    onMessage<MessageToMember>(socket, (message) => {
      if (message.say === 'over') over = true
      if (message.say === 'refused') refused = new Refusal('DATABASE_EMBEDDED', { reason: message.reason })
      if (message.say !== 'ready') return
      clearTimeout(bound)
      resolve({ url: message.url, socket, isOver: () => over || refused !== null })
    })
    socket.on('error', () => socket.destroy())
    // A new supervisor may start only after the old one has closed its connections.
    socket.on('close', () => {
      clearTimeout(bound)
      if (refused) reject(refused)
      else resolve(null)
    })
  })

const depart = async (socket: Socket): Promise<void> => {
  if (socket.closed) return
  socket.ref()
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(LEAVE_BOUND_MS) })
  socket.end()
  await closed
}

const startSupervisor = async (folder: string, durable: boolean) => {
  const log = openLog(folder)
  const logged = log.size()
  const args = [...program(), folder, durable ? 'durable' : 'hasty']
  const child = spawn(process.execPath, args, { cwd: '/', detached: true, stdio: ['ignore', log.fd, log.fd] })
  await once(child, 'spawn')
  child.unref()
  log.close()
  return { child, logged }
}

const program = (): string[] => {
  const source = import.meta.url.endsWith('.ts')
  const file = fileURLToPath(new URL(source ? './supervisor.ts' : './supervisor.js', import.meta.url))
  if (!source) return [file]
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, file]
}

const isRunning = (child: ChildProcess | undefined): boolean =>
  child !== undefined && child.exitCode === null && child.signalCode === null

const failure = (folder: string, logged: number): Refusal => {
  const log = openLog(folder)
  const reason = log.complaintSince(logged)
  log.close()
  return new Refusal('DATABASE_EMBEDDED', { reason })
}

export const refusalOf = (folder: string, error: unknown): unknown => {
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  const advice = `当前用户不能使用文件夹 ${folder}，请以其所有者运行 this user cannot use the folder; run as its owner`
  return denied ? new Refusal('DATABASE_EMBEDDED', { reason: `${advice}（${reasonOf(error)}）` }) : error
}
