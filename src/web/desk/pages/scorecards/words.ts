import type { TimeLineTone } from '../../pieces/time-line.js'

type ScorecardStateName = 'IN_FORCE' | 'COMING' | 'PROPOSED' | 'RETIRED' | 'CHANGED' | 'BROKEN' | 'AVAILABLE'

export const CARD_STATE_WORDS: Record<ScorecardStateName, { word: string; tone: TimeLineTone }> = {
  IN_FORCE: { word: '现行', tone: 'good' },
  COMING: { word: '已采用，待生效', tone: 'good' },
  PROPOSED: { word: '已提议，待决定', tone: 'warn' },
  RETIRED: { word: '曾经现行', tone: 'plain' },
  CHANGED: { word: '文件与留存不同', tone: 'bad' },
  BROKEN: { word: '文件有误', tone: 'bad' },
  AVAILABLE: { word: '可试算', tone: 'plain' },
}

export const cardPath = (version: string): string => `/scorecards/${encodeURIComponent(version)}`

export const trialPath = (version: string, against = ''): string =>
  `/scorecards/trial?version=${encodeURIComponent(version)}${against ? `&against=${encodeURIComponent(against)}` : ''}`
