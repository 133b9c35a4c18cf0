import encodeQR from 'qr'

/** Dark modules by row, with the quiet zone (ISO/IEC 18004). */
export const makeQrModules = (text: string): boolean[][] => encodeQR(text, 'raw', { ecc: 'medium', border: 4 })

export const makeQrPath = (modules: readonly (readonly boolean[])[]): string =>
  modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
