import type { Command } from '../command.ts'
import { sites } from './sites.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [sites]
