import type { PlatformSubjects } from '../domain/delivery/delivery.js'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import type { Platform } from './platform.js'

export const platforms: readonly Platform[] = [national, jilin, creditchina, creditjilin]

export const hearing = ({ id, hears, lists }: Platform): PlatformSubjects => ({ id, kinds: hears, lists })
