/** Files of a seat that wait to be named by a move. */
export const UNNAMED_FILES_MOST = 50
export const UNNAMED_BYTES_MOST = 200 * 1024 * 1024

export const isRoomForFile = (waiting: { count: number; bytes: number }, bytes: number): boolean =>
  waiting.count < UNNAMED_FILES_MOST && waiting.bytes + bytes <= UNNAMED_BYTES_MOST
