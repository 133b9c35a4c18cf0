import type { Request } from 'express'
import type { HttpRequestContext } from '../request/request-context.js'

export type RequestContextGetter = (request: Request) => HttpRequestContext
