import { extractRegionOfUscc } from './codes.js'

interface StatedNames {
  name: string | null
  former: string[]
}

export interface BelievedOperator {
  id: number
  uscc: string | null
  name: string | null
  bornOfWrongRun: boolean
  namesOfRun: string[]
  claimedNames: string[]
  wrong: StatedNames[]
  /** Registrations that are not wrong, the current one first. */
  right: (StatedNames & {
    current: boolean
    region: string | null
    status: string | null
    regNo: string | null
    run: number
  })[]
  party: string | null
}

/**
 * The name is the first of: the current registration's, the one displaced by the run, another record's, the present one
 * unless wrong.
 */
export const chooseNames = (
  { id, uscc, name, bornOfWrongRun, namesOfRun, claimedNames, wrong, right, party }: BelievedOperator,
  run: number | null,
) => {
  const registered = right.find(({ current }) => current)
  const wrongFormerNames = new Set(wrong.flatMap(({ former }) => former))
  const wrongNames = new Set(wrong.map((stated) => stated.name))
  const nameBeforeRun = namesOfRun.find((each) => !wrongFormerNames.has(each) && !wrongNames.has(each))
  const presentName = bornOfWrongRun || wrongNames.has(name) ? null : name
  const chosen = registered?.name ?? nameBeforeRun ?? party ?? presentName
  const rightNames = right.flatMap((each) => [each.name, ...each.former])
  const borne = nameBeforeRun !== undefined && !claimedNames.includes(nameBeforeRun) ? nameBeforeRun : null
  const formerNames = [...new Set([...rightNames, borne])].filter((each) => each != null && each !== chosen) as string[]
  const all = new Set([...namesOfRun, ...wrongNames, ...wrongFormerNames, chosen])
  return {
    id,
    name: chosen,
    region: registered?.region ?? (uscc === null ? null : extractRegionOfUscc(uscc)),
    status: registered?.status ?? 'UNKNOWN',
    regNo: registered?.regNo ?? null,
    run: registered?.run ?? run,
    formerNames,
    namesToDelete: [...all].filter((each): each is string => each !== null && !formerNames.includes(each)),
  }
}
