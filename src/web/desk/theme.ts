/** Calm, and with contrast enough for everyone: every text on its ground at least 4.5 to 1. */
import type { ThemeConfig } from 'antd'

export const THEME: ThemeConfig = {
  token: {
    colorPrimary: '#0b5cad',
    colorLink: '#0b5cad',
    colorError: '#b3261e',
    colorWarning: '#8a5300',
    colorWarningBg: '#fff3d6',
    colorWarningBorder: '#e0b25c',
    colorErrorBg: '#fdeeec',
    colorErrorBorder: '#e5a29c',
    colorSuccess: '#1f6f43',
    colorInfo: '#0b5cad',
    colorTextSecondary: '#4a4a4a',
    colorTextTertiary: '#595959',
    colorTextQuaternary: '#636363',
    colorTextPlaceholder: '#636363',
    colorTextDescription: '#595959',
    colorTextDisabled: '#666666',
    borderRadius: 4,
    fontFamily:
      'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", "SimSun-ExtB", sans-serif',
    motion: false,
  },
}
