import { Command, CommanderError, Option } from 'commander'
import type { Hub, HubOverrides } from '../hub/hub.js'

export { type Command, CommanderError, Option }

export type HubRunner = <T>(work: (hub: Hub) => Promise<T>, overrides?: Pick<HubOverrides, 'adoptKeys'>) => Promise<T>

export interface JsonFlag {
  json?: boolean
}

export const jsonOption = (): Option =>
  new Option('--json', '末行输出一个 JSON 对象 · one JSON object on the last line')

export const printLine = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const printResult = (json: boolean | undefined, value: object, lines: () => string[]): void => {
  if (json) printLine(JSON.stringify(value))
  else for (const line of lines()) printLine(line)
}

export const makeProgram = (version: string): Command =>
  new Command('hub')
    .description('吉林省电子商务信用信息共享枢纽 · e-commerce credit information hub')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError('（用法见 hub --help · see hub --help）')
