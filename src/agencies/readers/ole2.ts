/** OLE2, the container of Excel before 2007, as far as its first bytes tell. */
export const OLE2 = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** Of the container: its version, the order of its bytes, and the size of its sectors, which go together. */
const VERSIONS = ['0300feff0900', '0400feff0c00']

/** By its first bytes, in no time: whether this can be such a container at all. */
export const isOle2 = (bytes: Buffer): boolean =>
  bytes.subarray(0, OLE2.length).equals(OLE2) && VERSIONS.includes(bytes.toString('hex', 26, 32))
