import type { ScorecardTrialQuery } from './scorecard-trial.generated.js'

export type Trial = ScorecardTrialQuery['scorecardTrial']
