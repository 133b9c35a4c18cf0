/** The credit platforms. Adding one is adding a file and a row here. */
import type { Hearing } from '../domain/delivery/delivery.js'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import type { Platform } from './platform.js'

export const platforms: readonly Platform[] = [national, jilin, creditchina, creditjilin]

/** What a platform hears of unless configured otherwise. */
export const hearing = ({ id, hears, lists }: Platform): Hearing => ({ id, kinds: hears, lists })
