import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { StackPlace } from '../../engine/place.ts'
import { type NowSecret, sealCopies } from '../../engine/seal-copies.ts'
import type { PlanBook } from '../../reconcile/book.ts'
import { secrecyOf } from '../../reconcile/secrecy.ts'
import { plural } from '../view/units.ts'

const shape = z.array(z.object({ urn: z.string(), properties: z.array(z.string()) }))

/** Names what is still to be encrypted in older copies of the state: a run that is cut off leaves it to the next. */
const listIn = (workFolder: string): string => join(workFolder, 'to-encrypt.json')

/**
 * Does a job that writes secrets into the state which lay there in clear, and encrypts them in the older copies of it afterwards, however
 * the job ends. Says what it did, and what is left.
 */
export async function withOlderCopies<T>(
  place: StackPlace,
  book: PlanBook,
  note: (text: string) => void,
  job: () => Promise<T>,
): Promise<T> {
  const file = listIn(place.workFolder)
  const due = [...leftBehind(file), ...freshSecrets(book)]
  if (due.length === 0) return job()
  writeFileSync(file, JSON.stringify(due), { mode: 0o600 })
  try {
    return await job()
  } finally {
    const { sealed, left } = await sealCopies(place, due)
    if (sealed.length > 0)
      note(
        `${plural(sealed.length, 'older copy', 'older copies')} of the state held in clear what is secret now: encrypted there too. What was copied elsewhere (backups of that folder, saved plans) still has it; where that matters, change the secret itself.`,
      )
    for (const one of left)
      note(
        `${one.place} may still hold in clear what is secret now (${one.because}). Remove it, or change the secret itself.`,
      )
    rmSync(file, { force: true })
  }
}

function freshSecrets(book: PlanBook): readonly NowSecret[] {
  const things = book.all().flatMap(({ operation, target }) => {
    if (operation === 'delete') return []
    // What is made anew has nothing behind it: what the state has of it is in its removal.
    const old = operation === 'create' ? book.read('delete', target.urn)?.target : undefined
    const { secrets } = target
    const since = old === undefined || secrets === undefined ? target : { ...old, former: old.want, secrets }
    return [{ urn: target.urn, properties: secrecyOf(since).fresh }]
  })
  const commands = book.commands().map(({ urn, record }) => ({ urn, properties: record?.fresh ?? [] }))
  return [...things, ...commands].filter(({ properties }) => properties.length > 0)
}

function leftBehind(file: string): readonly NowSecret[] {
  if (!existsSync(file)) return []
  const parsed = shape.safeParse(jsonOf(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data : []
}

/** A file that was cut off was written before anything was done. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
