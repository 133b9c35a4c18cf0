import type { Request } from 'express'
import type { Asked } from '../request/request-context.js'

/** The request context that the server made for an express request. */
export type AskedOf = (request: Request) => Asked
