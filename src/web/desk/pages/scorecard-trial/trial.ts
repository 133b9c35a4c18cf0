import type { ScorecardTrialQuery } from './scorecard-trial.generated.js'

export type CardTrial = ScorecardTrialQuery['scorecardTrial']
