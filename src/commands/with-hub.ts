import { checkDataDir, readConfig } from '../config.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { type Hub, type HubOverrides, makeHub } from '../hub/hub.js'
import { makeLog } from '../hub/log.js'
import { findRunningStandIns } from '../hub/running-demo.js'
import { isConnectionLost, unavailableRefusal } from '../store/db/db.js'
import { type Command, type CommandAnswer, printAnswer, withJsonOption } from './program.js'

/** A running demo's stand-ins replace agencies and platforms without an address. */
export const withHub = async <T>(work: (hub: Hub) => Promise<T>, overrides: HubOverrides = {}): Promise<T> => {
  const config = readConfig()
  checkDataDir(config)
  const log = makeLog({ level: config.log.level, file: config.log.file ?? `${config.dataDir}/hub.log` })
  const hub = await makeHub(config, { log, addresses: findRunningStandIns(config), ...overrides })
  try {
    return await work(hub)
  } catch (error) {
    if (isRefusal(error)) throw error
    log.error({ err: error }, 'the command failed')
    if (isConnectionLost(error))
      throw new Refusal('DATABASE_UNREACHABLE', { reason: '连接中断 the connection was lost' })
    throw unavailableRefusal(error) ?? error
  } finally {
    await hub.close()
  }
}

type HubWork = (hub: Hub) => Promise<CommandAnswer | null>

export const answerWithHub = <Arguments extends unknown[]>(
  command: Command,
  prepare: (...given: Arguments) => HubWork | Promise<HubWork>,
  overrides: (...given: Arguments) => HubOverrides = () => ({}),
): void => {
  withJsonOption(command).action(async (...given: Arguments) => {
    const work = await prepare(...given)
    await withHub(
      async (hub) => {
        const answer = await work(hub)
        if (answer) printAnswer(command, answer)
      },
      overrides(...given),
    )
  })
}
