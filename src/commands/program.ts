import { Command, CommanderError, Option } from 'commander'
import type { Refusal } from '../foundation/errors.js'

export { type Command, CommanderError, Option }

export interface JsonFlag {
  json?: boolean
}

/** `value` is printed with `--json`, otherwise `lines`; then each of `refusals`, with exit status 1. */
export interface CommandAnswer {
  value: object
  lines: readonly string[]
  refusals?: readonly Refusal[]
}

export const withJsonOption = (command: Command): Command =>
  command.addOption(new Option('--json', '末行输出一个 JSON 对象 · one JSON object on the last line'))

type ConditionalLine = string | readonly string[] | false | null | undefined | 0

export const listLines = (...lines: ConditionalLine[]): string[] =>
  lines.flat().filter((line) => typeof line === 'string')

export const printLine = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const printAnswer = (command: Command, { value, lines, refusals = [] }: CommandAnswer): void => {
  for (const line of command.opts<JsonFlag>().json ? [JSON.stringify(value)] : lines) printLine(line)
  for (const { code, message } of refusals) process.stderr.write(`${code} ${message}\n`)
  if (refusals.length > 0) process.exitCode = 1
}

export const makeProgram = (version: string): Command =>
  new Command('hub')
    .description('吉林省电子商务信用信息共享枢纽 · e-commerce credit information hub')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError('（用法见 hub --help · see hub --help）')
