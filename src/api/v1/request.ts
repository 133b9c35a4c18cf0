import type { Request } from 'express'
import type { RequestContext } from '../request/request-context.js'

export type ContextOfRequest = (request: Request) => RequestContext
