import type { PlatformSubjects } from '../domain/delivery/delivery.js'
import { creditchinaPlatform } from './creditchina.js'
import { creditjilinPlatform } from './creditjilin.js'
import { jilinPlatform } from './jilin.js'
import { nationalPlatform } from './national.js'
import type { Platform } from './platform.js'

export const platforms: readonly Platform[] = [
  nationalPlatform,
  jilinPlatform,
  creditchinaPlatform,
  creditjilinPlatform,
]

export const subjectsOfPlatform = ({ id, hears, lists }: Platform): PlatformSubjects => ({ id, kinds: hears, lists })
