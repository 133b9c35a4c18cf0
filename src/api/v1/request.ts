import type { Request } from 'express'
import type { Asked } from '../request/request-context.js'

export type AskedOf = (request: Request) => Asked
