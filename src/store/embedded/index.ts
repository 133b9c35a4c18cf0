import { mkdirSync, realpathSync } from 'node:fs'
import { type ClusterMembership, joinCluster, refusalOf } from './members.js'

export interface EmbeddedDatabase {
  /** postgres://hub:<password>@127.0.0.1:<port>/hub */
  url: string
  leave(): Promise<void>
}

const seats = new Map<string, { seat: Promise<ClusterMembership>; holders: number }>()

/** The last process to `leave` stops the server. */
export const joinDatabase = async (folder: string, options: { durable?: boolean } = {}): Promise<EmbeddedDatabase> => {
  try {
    mkdirSync(folder, { recursive: true })
    return await share(realpathSync(folder), options.durable ?? true)
  } catch (error) {
    throw refusalOf(folder, error)
  }
}

const share = async (folder: string, durable: boolean): Promise<EmbeddedDatabase> => {
  const shared = seats.get(folder) ?? { seat: joinCluster(folder, durable), holders: 0 }
  seats.set(folder, shared)
  shared.holders++
  let left: Promise<void> | null = null
  const giveUp = async () => {
    shared.holders--
    if (shared.holders > 0) return
    if (seats.get(folder) === shared) seats.delete(folder)
    await (await shared.seat).leave()
  }
  try {
    const { url } = await shared.seat
    return {
      url,
      leave: () => {
        left ??= giveUp()
        return left
      },
    }
  } catch (error) {
    if (seats.get(folder) === shared) seats.delete(folder)
    throw error
  }
}
