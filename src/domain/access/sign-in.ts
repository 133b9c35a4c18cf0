import type { Role } from './viewer.js'

const DAY_MS = 86_400_000

export interface SignInTerms {
  passwordDays: number
  formerPasswords: number
  dormantDays: number
  idleMinutes: number
}

export const isPasswordAged = (since: Date, { passwordDays }: SignInTerms, now: Date): boolean =>
  now.getTime() - since.getTime() >= passwordDays * DAY_MS

export const isAsleep = (awakeAt: Date, { dormantDays }: SignInTerms, now: Date): boolean =>
  now.getTime() - awakeAt.getTime() >= dormantDays * DAY_MS

/** `nobody` exists for demonstrations only; no setting names it. */
export type SecondFactorPolicy = 'nobody' | 'administrators' | 'everyone'
export const SECOND_FACTOR_SETTINGS: readonly SecondFactorPolicy[] = ['administrators', 'everyone']

export const needsSecondFactor = (role: Role, policy: SecondFactorPolicy): boolean =>
  policy === 'everyone' || (policy === 'administrators' && role === 'administrator')

export type SessionProof = 'PASSWORD' | 'SECOND'
export type SessionStage = 'FULL' | 'ENROLMENT'

/** Returns null while the person has a second factor that the session has not shown. */
export const sessionStageOf = (
  { proof, hasFactor, role }: { proof: SessionProof; hasFactor: boolean; role: Role },
  policy: SecondFactorPolicy,
): SessionStage | null => {
  if (proof === 'SECOND') return 'FULL'
  if (hasFactor) return null
  return needsSecondFactor(role, policy) ? 'ENROLMENT' : 'FULL'
}

const PROOF_MS = 10 * 60_000

/** A proof is the password or a passkey, shown in this session. */
export const isProofRecent = (provenAt: Date | null, now: Date): boolean =>
  provenAt !== null && now.getTime() - provenAt.getTime() < PROOF_MS

const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bQQBrowser\//, 'QQ 浏览器'],
  [/\bMicroMessenger\//, '微信'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** Browser and system, such as `Chrome（Windows）`; null for a program. */
export const browserFamilyOf = (userAgent: string): string | null => {
  const named = (of: readonly [RegExp, string][]) => of.find(([pattern]) => pattern.test(userAgent))?.[1]
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)]
  if (browser === undefined) return null
  return system === undefined ? browser : `${browser}（${system}）`
}
