/** Signature of OLE2, the container of Excel before 2007. */
export const OLE2_SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** Hex of version, byte order and sector size. */
const VERSIONS = ['0300feff0900', '0400feff0c00']

export const isOle2 = (bytes: Buffer): boolean =>
  bytes.subarray(0, OLE2_SIGNATURE.length).equals(OLE2_SIGNATURE) && VERSIONS.includes(bytes.toString('hex', 26, 32))
