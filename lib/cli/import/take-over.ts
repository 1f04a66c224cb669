import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describeFailure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { composeNote, type RunNote } from '../history/message.ts'
import { withIntents } from '../resolve/intent-log.ts'
import type { Fleet } from '../run/fleet.ts'
import { prepareSites } from '../run/prepare.ts'
import { programModule, stackName } from '../run/program.ts'
import { applySite } from '../run/apply-site.ts'
import type { SiteRun } from '../run/one-site.ts'
import { type Previewed, previewSite } from '../run/site-run.ts'
import { stackFolder, workRoot } from '../run/stacks.ts'
import type { RunRequest, SiteReport } from '../run/types.ts'
import { urnOf } from './urn-of.ts'

/** A thing that is to be taken over, as a resource of the program. */
export type Take = {
  readonly token: string
  readonly name: string
  readonly host: string
  /** Inputs of the resource, with `host`. */
  readonly inputs: JsonObject
  /** As the listing saw it. */
  readonly found: JsonObject
  /** The owner that it is taken from, by URN or backend. */
  readonly from: string | undefined
}

/** Where the program with the picked things lies meanwhile. */
export const importFolder = (workFolder: string): string => join(workFolder, 'import')

/** Ready to be taken over: nothing but records of ownership will be written. */
export type Ready = { readonly run: SiteRun; readonly previewed: Previewed }

/**
 * Previews the stack's program with these resources beside, for them alone. Refused unless each of them looks as it was listed, and
 * taking it over would change nothing of it. Nothing is changed yet.
 */
export async function readyToTake(
  request: RunRequest,
  fleet: Fleet,
  takes: readonly Take[],
  abort: AbortSignal,
): Promise<Result<Ready, readonly string[]>> {
  const [site] = request.sites
  const module = programModule(request.program, request.cwd)
  if (site === undefined || !module.ok) return err([module.ok ? 'no site' : module.error])
  const stack = stackName(module.value.name, site.id)
  const folder = stackFolder(workRoot(request.cwd, request.env), stack)
  const program = writeProgram(importFolder(folder), module.value, takes)
  const prepared = await prepareSites({ ...request, program }, fleet, abort)
  if (!prepared.ok) return err([prepared.error.message])
  const [whole] = prepared.value
  if (whole === undefined) return err(['no site'])
  const names = new Set(takes.map(({ token, name }) => `chancery:${token} ${name}`))
  const run: SiteRun = {
    ...whole,
    targets: takes.map((take) => urnOf(stack, take)),
    declared: whole.declared.filter(({ type, name }) => names.has(`${type} ${name}`)),
    recorded: [],
  }
  const previewed = await previewSite(run)
  const complaints = [
    ...(previewed.preview.failed?.failures ?? []).map(describeFailure),
    ...takes.flatMap((take) => complaintAbout(previewed, urnOf(stack, take), take) ?? []),
  ]
  if (complaints.length > 0) return err(complaints)
  const because = previewed.preview.failed?.because
  return because === undefined ? ok({ run, previewed }) : err([because])
}

/** Writes the records, each under guard, and lets the state hold the things. The backend keeps the note. */
export function takeOver({ run, previewed }: Ready, note: RunNote): Promise<SiteReport> {
  const { place, request } = run
  const ours = { run: note.run, by: note.by, operation: note.operation, stack: place.stack }
  return withIntents(place.workFolder, ours, request.clock, (intents) =>
    applySite(run, previewed, composeNote(note), intents),
  )
}

/** Why this one is not taken over as it was listed, or undefined. What failed is told by its own words. */
function complaintAbout({ book }: Previewed, urn: string, take: Take): string | undefined {
  const decision = book.read('create', urn)?.decision
  const at = `${take.host}: ${take.token.split(':')[1]} ${take.name}`
  if (decision === undefined) return `${at} was not planned. Nothing was taken over.`
  if (decision.do === 'fail') return undefined
  if (!isDeepStrictEqual(decision.sight.found, take.found)) {
    return `${at} no longer looks as it was listed: then ${JSON.stringify(take.found)}, now ${JSON.stringify(decision.sight.found)}. Nothing was taken over. List again.`
  }
  return decision.do === 'nothing' || (decision.do === 'act' && decision.steps.length === 0)
    ? undefined
    : `${at} would be changed by taking it over: ${decision.because}. Nothing was taken over.`
}

/**
 * The stack's program with the resources beside: a module of two lines of our own and the inputs as data. It has the program's name,
 * so that it stands for the same stack.
 */
function writeProgram(
  folder: string,
  program: { readonly name: string; readonly url: string },
  takes: readonly Take[],
): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const things = join(folder, `${program.name}.json`)
  const resources = takes.map(({ token, name, inputs, from }) => ({
    type: `chancery:${token}`,
    name,
    inputs: { ...inputs, adopt: from ?? true },
  }))
  writeFileSync(things, JSON.stringify(resources), { mode: 0o600 })
  const path = join(folder, `${program.name}.mjs`)
  const url = (text: string): string => JSON.stringify(text)
  writeFileSync(
    path,
    [
      `import { declareAll } from ${url(new URL(`./declare-all${import.meta.url.slice(-3)}`, import.meta.url).href)}`,
      `import program from ${url(program.url)}`,
      `export default (context) => declareAll(program, context, ${url(pathToFileURL(things).href)})`,
      '',
    ].join('\n'),
  )
  return path
}
