/** PostgreSQL's manual, appendix A. */
export const CONNECTION_EXCEPTION_CLASS = '08'
export const UNIQUE_VIOLATION = '23505'
export const CHECK_VIOLATION = '23514'
export const READ_ONLY_TRANSACTION = '25006'
export const SERIALIZATION_FAILURE = '40001'
export const DEADLOCK_DETECTED = '40P01'
export const UNDEFINED_TABLE = '42P01'
export const DISK_FULL = '53100'
export const LOCK_NOT_AVAILABLE = '55P03'
export const QUERY_CANCELED = '57014'
export const ADMIN_SHUTDOWN = '57P01'
export const CRASH_SHUTDOWN = '57P02'
export const CANNOT_CONNECT_NOW = '57P03'

export const errorCodeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code)

export const hasSqlstate = (error: unknown, ...states: readonly string[]): boolean =>
  states.includes(errorCodeOf(error))

export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  hasSqlstate(error, UNIQUE_VIOLATION) &&
  (constraint === undefined || (error as { constraint?: unknown }).constraint === constraint)

export const isReadOnly = (error: unknown): boolean => hasSqlstate(error, READ_ONLY_TRANSACTION)

export const isLockTimeout = (error: unknown): boolean => hasSqlstate(error, LOCK_NOT_AVAILABLE)

export const isCancelled = (error: unknown): boolean => hasSqlstate(error, QUERY_CANCELED)
