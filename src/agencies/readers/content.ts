import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Refusal, reasonOf } from '../../foundation/errors.js'

const HEAD_BYTES = 64 * 1024
const CHUNK_BYTES = 256 * 1024

export interface FileContent {
  size: number
  head: Buffer
  chunks: () => AsyncIterable<Buffer>
  whole: (limit: number) => Promise<Buffer>
}

export const contentFromBytes = (bytes: Buffer): FileContent => ({
  size: bytes.length,
  head: bytes.subarray(0, HEAD_BYTES),
  chunks: () => slices(bytes),
  whole: async (limit) => {
    mustFit(bytes.length, limit)
    return bytes
  },
})

async function* slices(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
}

export const contentFromFile = async (path: string): Promise<FileContent> => {
  try {
    const found = await stat(path)
    // Reading a pipe or device may never end.
    if (!found.isFile())
      throw new Refusal('FILE_UNREADABLE', {
        path,
        reason: found.isDirectory() ? '是文件夹 a folder' : '不是普通文件 not a regular file',
      })
    return {
      size: found.size,
      head: await headOf(path),
      chunks: () => streamed(path),
      whole: (limit) => wholeOf(path, found.size, limit),
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function* streamed(path: string): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer
  } catch (error) {
    throw unreadable(path, error)
  }
}

const wholeOf = async (path: string, size: number, limit: number): Promise<Buffer> => {
  mustFit(size, limit)
  const parts: Buffer[] = []
  let read = 0
  // The file may grow while it is read.
  for await (const part of streamed(path)) {
    read += part.length
    mustFit(read, limit)
    parts.push(part)
  }
  return Buffer.concat(parts, read)
}

const mustFit = (size: number, limit: number): void => {
  if (size > limit) throw new Refusal('CONTENT_TOO_LARGE', { limit: `${Math.floor(limit / 1024 / 1024)} MB` })
}

const REASONS: Record<string, string> = {
  ENOENT: '不存在 not there',
  ENOTDIR: '不存在 not there',
  EACCES: '没有权限 not permitted',
  EPERM: '没有权限 not permitted',
  ENAMETOOLONG: '路径过长 path too long',
}

const unreadable = (path: string, error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof Refusal || !code) return error
  return new Refusal('FILE_UNREADABLE', { path, reason: REASONS[code] ?? reasonOf(error) })
}
