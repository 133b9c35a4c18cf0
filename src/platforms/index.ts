/** The credit platforms. A new platform is one file and one row here. */
import type { Hearing } from '../domain/delivery/delivery.js'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import type { Platform } from './platform.js'

export const platforms: readonly Platform[] = [national, jilin, creditchina, creditjilin]

/** The kinds and lists that a platform receives by default. */
export const hearing = ({ id, hears, lists }: Platform): Hearing => ({ id, kinds: hears, lists })
