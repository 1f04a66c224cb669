import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Estate } from '../../domain/profile.ts'
import { formatComplaints, loadInventory } from '../../inventory/index.ts'
import { UsageError } from '../command.ts'

const fileIn = (rehearsal: string): string => join(rehearsal, 'of')

/** Writes down in the folder of a rehearsal whose copies it is on. */
export const keepRealEstate = (rehearsal: string, real: Pick<Estate, 'folder'>): void =>
  writeFileSync(fileIn(rehearsal), real.folder)

/** The real estate of a rehearsal: read, for what a saved plan says of it, and never reached. */
export function realEstate(rehearsal: string): Estate {
  const folder = readFileSync(fileIn(rehearsal), 'utf8')
  const loaded = loadInventory(folder)
  if (!loaded.ok)
    throw new UsageError(`the inventory ${folder} has mistakes\n${formatComplaints(loaded.error)}`)
  return loaded.value
}
