import type { ThemeConfig } from 'antd'
import { COLOURS } from './colours.js'

export const ANTD_THEME: ThemeConfig = {
  token: {
    colorPrimary: COLOURS.main,
    colorLink: COLOURS.main,
    colorError: COLOURS.bad,
    colorWarning: COLOURS.warn,
    colorSuccess: COLOURS.good,
    colorInfo: COLOURS.main,
    colorTextSecondary: '#4a4a4a',
    colorTextTertiary: COLOURS.soft,
    colorTextQuaternary: COLOURS.quiet,
    colorTextPlaceholder: COLOURS.quiet,
    colorTextDescription: COLOURS.soft,
    colorTextDisabled: '#666666',
    colorErrorBg: COLOURS.badTint,
    colorErrorBorder: '#e6aaa4',
    colorWarningBg: COLOURS.warnTint,
    colorWarningBorder: '#dfbd88',
    colorSuccessBg: COLOURS.goodTint,
    colorSuccessBorder: '#9cc9b0',
    colorInfoBg: COLOURS.mainTint,
    colorInfoBorder: '#a8c7e8',
    borderRadius: 4,
    fontFamily:
      'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", "SimSun-ExtB", sans-serif',
    motion: false,
  },
}
