import { basename } from 'node:path'
import { redactIdNumbers } from '../../domain/records/privacy.js'

export type SubmittedFile = ({ path: string } | { bytes: Buffer; name: string | null }) & {
  reader?: string
  dated?: string
  full?: boolean
}

export const redactedFileName = (
  sent: string | null,
  { file, pseudonymOf }: { file?: SubmittedFile; pseudonymOf: (id: string) => string },
): string | null => {
  const path = file && ('path' in file ? file.path : (file.name ?? ''))
  const name = path ?? sent
  return name && redactIdNumbers(basename(name), pseudonymOf)
}
