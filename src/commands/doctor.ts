import { agencies } from '../agencies/index.js'
import type { Finding } from '../domain/office/hub-condition.js'
import { isRefusal, type Refusal } from '../foundation/errors.js'
import { platforms } from '../platforms/index.js'
import { examine } from '../work/office/examine.js'
import { type Command, type JsonFlag, printAnswer, withJsonOption } from './program.js'
import { withHub } from './with-hub.js'

const SIGN = { FAULT: '✗', WARNING: '△', NOTE: '·' } as const

export const addDoctorCommand = (command: Command): void => {
  const doctor = command
    .command('doctor')
    .description('检查缺什么、错在哪里、如何补救 · what is missing or wrong, and how to mend it')
  withJsonOption(doctor).action(async (_: JsonFlag) => {
    const findings = await examined()
    const faults = findings.filter(({ severity }) => severity === 'FAULT').length
    const lines =
      findings.length === 0
        ? ['一切正常 all is well']
        : findings.flatMap(({ severity, zh, en, next }) => [
            `${SIGN[severity]} ${zh} · ${en}`,
            `    → ${next.zh} · ${next.en}`,
          ])
    printAnswer(doctor, { value: { faults, findings }, lines })
    if (faults > 0) process.exitCode = 1
  })
}

const examined = async (): Promise<Finding[]> => {
  try {
    let found: Finding[] = []
    await withHub(async ({ db, office, rules, now }) => {
      found = await examine(db, { office, rules, agencies, platforms }, now())
    })
    return found
  } catch (error) {
    if (!isRefusal(error)) throw error
    return [unstartable(error)]
  }
}

const unstartable = ({ code, message }: Refusal): Finding => {
  const words = { zh: `枢纽不能启动：${message}`, en: 'the hub does not start' }
  const next = {
    zh: '按上述说明改正，再运行 hub doctor。',
    en: 'Mend it as the message says, then run hub doctor again.',
  }
  return { id: code, severity: 'FAULT', ...words, next }
}
