import type { Request } from 'express'
import type { Asked } from '../request/request-context.js'

/** Returns the request context that the server created for an express request. */
export type AskedOf = (request: Request) => Asked
