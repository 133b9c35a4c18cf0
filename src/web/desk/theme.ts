/** Text contrast at least 4.5:1. */
import type { ThemeConfig } from 'antd'

export const THEME: ThemeConfig = {
  token: {
    colorPrimary: '#0b5cad',
    colorLink: '#0b5cad',
    colorError: '#b3261e',
    colorWarning: '#8a5300',
    colorSuccess: '#1f6f43',
    colorInfo: '#0b5cad',
    colorTextSecondary: '#4a4a4a',
    colorTextTertiary: '#595959',
    colorTextQuaternary: '#636363',
    colorTextPlaceholder: '#636363',
    colorTextDescription: '#595959',
    colorTextDisabled: '#666666',
    // antd derives muddy backgrounds from these.
    colorErrorBg: '#fdecea',
    colorErrorBorder: '#e6aaa4',
    colorWarningBg: '#fff5e2',
    colorWarningBorder: '#dfbd88',
    colorSuccessBg: '#e8f5ed',
    colorSuccessBorder: '#9cc9b0',
    colorInfoBg: '#e8f1fb',
    colorInfoBorder: '#a8c7e8',
    borderRadius: 4,
    fontFamily:
      'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", "SimSun-ExtB", sans-serif',
    motion: false,
  },
}
