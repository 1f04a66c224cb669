import type { Command } from '../command.ts'
import { links } from './links.ts'
import { sites } from './sites.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [sites, links]
