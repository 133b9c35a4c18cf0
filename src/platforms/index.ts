/** The credit platforms. Adding one is adding a file and a row here. */
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import type { Platform } from './platform.js'

export const platforms: readonly Platform[] = [national, jilin, creditchina, creditjilin]
