const SETUP_STEPS = [
  'ADMINISTRATORS',
  'OFFICERS',
  'SITE',
  'AUTHORITIES',
  'REGISTER',
  'FEEDS',
  'PLATFORMS',
  'SCORE',
  'RULES',
  'CASE',
  'PUBLICATION',
  'SERVICE',
] as const
type SetupStepName = (typeof SETUP_STEPS)[number]

export interface SetupFacts {
  people: readonly { role: string; duty: string | null }[]
  hasSite: boolean
  authorities: boolean
  taken: ReadonlySet<string>
  feeds: number
  platforms: { configured: number; all: number }
  scores: boolean
  cases: boolean
  published: boolean
  unconfirmedBinding: number
  inService: boolean
}

export interface SetupStep {
  step: SetupStepName
  done: boolean
  count: string | null
}

const REGISTERS = ['registry', 'individuals']
/** Without penalties no case can be opened. Other feeds and platforms may follow later. */
const GROUND_OF_CASES = 'penalties'

export const setupSteps = (facts: SetupFacts): SetupStep[] => {
  const { people, taken, feeds, platforms } = facts
  const has = (role: string, duty: string | null = null) =>
    people.some((one) => one.role === role && (duty === null || one.duty === duty))
  const done: Record<SetupStepName, boolean> = {
    ADMINISTRATORS: has('administrator', 'systems') && has('administrator', 'security'),
    OFFICERS: has('officer') && has('reviewer'),
    SITE: facts.hasSite,
    AUTHORITIES: facts.authorities,
    REGISTER: REGISTERS.some((feed) => taken.has(feed)),
    FEEDS: taken.has(GROUND_OF_CASES),
    PLATFORMS: platforms.configured > 0,
    SCORE: facts.scores,
    CASE: facts.cases,
    PUBLICATION: facts.published,
    RULES: facts.unconfirmedBinding === 0,
    SERVICE: facts.inService,
  }
  const counts: Partial<Record<SetupStepName, string>> = {
    FEEDS: `${taken.size}/${feeds}`,
    PLATFORMS: `${platforms.configured}/${platforms.all}`,
    ...(facts.unconfirmedBinding > 0 && { RULES: String(facts.unconfirmedBinding) }),
  }
  return SETUP_STEPS.map((step) => ({ step, done: done[step], count: counts[step] ?? null }))
}
