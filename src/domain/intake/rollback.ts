export interface RollbackCandidate {
  job: string
  outcome: string
  rolledBack: boolean
}

export const findRollbackFault = ({ job, outcome, rolledBack }: RollbackCandidate): string | null => {
  if (job !== 'pull') return '它不是拉取 it is no pull'
  if (rolledBack) return '它已被撤回 it is taken back already'
  return outcome === 'DONE' ? null : '它没有带来任何内容 it brought nothing'
}
