import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { exitCode } from '../../domain/outcome.ts'
import type { StackPlace } from '../../engine/place.ts'
import { exportState } from '../../engine/state.ts'
import { askLine } from '../ask.ts'
import { UsageError } from '../command.ts'
import { appendJournal } from '../history/journal.ts'
import type { RunNote } from '../history/message.ts'
import { operatorOf } from '../operator.ts'
import { admitSite } from '../run/admit.ts'
import { isFileError } from '../run/own-folders.ts'
import { workRoot } from '../run/stacks.ts'
import type { SiteReport } from '../run/types.ts'
import { complain, type Import } from './at-hand.ts'
import { type Held, heldIn } from './held.ts'
import { logicalNames } from './logical-name.ts'
import type { Marked } from './mark.ts'
import { isFree, notTakeable, picked, strangeOwner } from './pick.ts'
import { type Line, neededInputs, programText } from './program-text.ts'
import { importFolder, type Ready, readyToTake, type Take, takeOver } from './take-over.ts'
import { urnOf } from './urn-of.ts'
import { type HostListing, listingsJson, listingText } from './view.ts'

/** What was listed, and what the state of the stack holds. */
export type Taking = Import & {
  readonly held: readonly Held[]
  readonly place: StackPlace
  readonly listings: readonly HostListing[]
}

/** Takes over what the person picks, once it is shown and they say yes, within the site's window; gives the exit code. */
export async function takePicked(taking: Taking): Promise<number> {
  try {
    return await takeChosen(taking)
  } finally {
    // What is in a file that was picked is in there.
    rmSync(importFolder(taking.place.workFolder), { recursive: true, force: true })
  }
}

async function takeChosen(taking: Taking): Promise<number> {
  const { args, context, request, fleet, listings, place, interrupts, progress } = taking
  const { output } = context
  const chosen = await choose(taking)
  if (chosen.length === 0) return nothing(taking, 'Nothing was picked; nothing was changed.')
  const refused = chosen.flatMap((one) => notTakeable(one, args.takeFrom, place.stack) ?? [])
  if (refused.length > 0) return complain(taking, [...refused, 'Nothing was taken over.'])
  const things = listings.flatMap((listing) => listing.things)
  const strange = strangeOwner(chosen, things, args.takeFrom)
  if (strange !== undefined) throw new UsageError(strange)
  const { takes, lines } = declarations(taking, chosen)
  const ready = await readyToTake(request, fleet, takes, interrupts.first)
  if (!ready.ok) return complain(taking, ready.error)
  const waits = later(taking, ready.value)
  if (waits !== undefined) return waits
  const title = `What chancery import took over at ${args.site}: call this in the program of the site.`
  const program = programText(title, lines)
  if (!args.yes) {
    progress.pause()
    context.stderr.write(`${program}\n`)
    const question = `Take over ${takes.length === 1 ? 'this one' : `these ${takes.length}`}? Only "yes" does: `
    if ((await askLine(question, context, interrupts.first)) !== 'yes')
      return nothing(taking, 'Nothing was taken over.')
    // Windows close while a person reads.
    const closed = later(taking, ready.value)
    if (closed !== undefined) return closed
  }
  // The lines first: what is taken over and not declared would be let go by the next run.
  const written = args.out === undefined ? undefined : write(resolve(context.cwd, args.out), program)
  if (written !== undefined) return complain(taking, [written])
  const report = await carryOut(taking, ready.value, takes)
  const there = await exportState(place)
  const urns = new Set(heldIn(there.ok ? there.value : undefined).map(({ urn }) => urn))
  const taken = takes.filter((one) => urns.has(urnOf(place.stack, one)))
  progress.close()
  if (taken.length > 0)
    output.note(
      `${taken.length === takes.length ? '' : `${taken.length} of `}${takes.length} taken over by ${place.stack}. ${args.out === undefined ? 'Put these lines' : `Call imported() of ${args.out}`} into its program: what it does not declare, its next run lets go.`,
    )
  if (report.outcome !== 'done') {
    output.complain(`chancery: ${report.because ?? report.outcome}`)
    output.complain(
      there.ok && taken.length === 0
        ? `Nothing was taken over into ${place.stack}. Once that is put right, run the same again.`
        : `Not in ${place.stack} yet: ${takes
            .filter((one) => !taken.includes(one))
            .map(({ host, name, token }) => `${token.split(':')[1]} ${name} on ${host}`)
            .join(
              ', ',
            )}. The lines declare them with the others: put them into the program, add adopt: true to these, and up takes them over.`,
    )
  }
  const answer = {
    site: args.site,
    ...listingsJson(listings),
    taken: taken.map((one) => urnOf(place.stack, one)),
    program,
    outcome: report.outcome,
    ...(report.because === undefined ? {} : { because: report.because }),
  }
  if (output.json || args.out === undefined) output.answer(answer, () => program)
  if (report.outcome === 'done') return exitCode.done
  return report.outcome === 'failed' ? exitCode.failed : exitCode.unreachableOrDeferred
}

function nothing({ context, args, listings, progress, interrupts }: Taking, text: string): number {
  progress.close()
  context.output.note(text)
  if (context.output.json)
    context.output.answer({ site: args.site, ...listingsJson(listings), taken: [] }, () => '')
  return interrupts.level > 0 ? exitCode.interrupted : exitCode.done
}

/** That it may not start now, with the exit code; undefined: it may. Taking over writes on the host, so the window binds it as any change. */
function later(taking: Taking, { run, previewed }: Ready): number | undefined {
  const { args, context, listings, request, progress } = taking
  const admitted = admitSite(request, run, previewed.preview)
  if (admitted === 'go') return undefined
  progress.close()
  context.output.complain(
    `chancery: ${args.site}: ${admitted.because}. Nothing was taken over. ${admitted.fix}`,
  )
  if (context.output.json)
    context.output.answer({ site: args.site, ...listingsJson(listings), taken: [], ...admitted }, () => '')
  return admitted.outcome === 'failed' ? exitCode.failed : exitCode.unreachableOrDeferred
}

/** Takes over, with the journal and the backend told who did it and why. */
async function carryOut(
  { context, request, place }: Taking,
  ready: Ready,
  takes: readonly Take[],
): Promise<SiteReport> {
  const reason = request.leave?.reason
  const rollout = request.rollout?.id
  const note: RunNote = {
    run: randomUUID(),
    operation: 'import',
    by: operatorOf(context.env),
    ...(rollout === undefined ? {} : { rollout }),
    ...(reason === undefined ? {} : { reason }),
    changes: takes.map(({ token, name, host }) => `adopt ${token.split(':')[1]} ${name} on ${host}`),
  }
  const keep = (
    report: Pick<SiteReport, 'because'> & { readonly outcome: SiteReport['outcome'] | 'started' },
  ): void => {
    const { run, operation, by } = note
    const { outcome, because } = report
    appendJournal(workRoot(context.cwd, context.env), [
      {
        at: new Date(request.clock.now()).toISOString(),
        run,
        operation,
        by,
        stack: place.stack,
        outcome,
        ...(rollout === undefined ? {} : { rollout }),
        ...(reason === undefined ? {} : { reason }),
        ...(because === undefined ? {} : { because }),
        changes: outcome === 'started' ? {} : { adopt: takes.length },
      },
    ])
  }
  keep({ outcome: 'started' })
  const report = await takeOver(ready, note)
  keep(report)
  return report
}

async function choose({ args, context, listings, interrupts, progress }: Taking): Promise<readonly Marked[]> {
  const things = listings.flatMap((listing) => listing.things)
  const words = args.pick.filter((word) => word !== 'interactive')
  if (args.pick.includes('interactive')) {
    progress.pause()
    context.stderr.write(`${listingText(listings, context.stderr.columns)}\n`)
    const free = things.filter(isFree).length
    const question = `Numbers to take over (1,3-5; all = the ${free} that are nobody’s; none = nothing): `
    const line = await askLine(question, context, interrupts.first)
    words.push(...(line ?? '').split(/\s+/).filter((word) => word !== '' && word !== 'none'))
  }
  const chosen = picked(things, words)
  if (!chosen.ok) throw new UsageError([...chosen.error, 'Nothing was taken over.'].join('\n  '))
  return chosen.value
}

/** Resources for what was picked, under names that are free in the stack; what a run that was cut off has begun keeps its name. */
function declarations({ args, catalogue, held }: Taking, chosen: readonly Marked[]) {
  const begun = ({ mark }: Marked): string | undefined =>
    mark.by === 'us' ? mark.urn.slice(mark.urn.lastIndexOf('::') + 2) : undefined
  const names = logicalNames(
    chosen.filter((one) => begun(one) === undefined),
    [
      ...held.map(({ token, name }) => `chancery:${token} ${name}`),
      ...chosen.flatMap((one) =>
        begun(one) === undefined ? [] : [`chancery:${one.thing.token} ${begun(one)}`],
      ),
    ],
  )[Symbol.iterator]()
  const takes: Take[] = []
  const lines: Line[] = []
  for (const one of chosen) {
    const { host, thing, mark } = one
    const kind = catalogue.get(thing.token)?.kind
    if (thing.state !== 'described' || kind === undefined) throw new Error('Internal error: not declarable')
    const base = { token: thing.token, name: begun(one) ?? names.next().value ?? '', host }
    const inputs = neededInputs(kind, thing.want)
    lines.push({ ...base, inputs, notes: thing.notes })
    takes.push({
      ...base,
      inputs: { host, ...inputs },
      found: thing.found,
      from: mark.by === 'other' ? args.takeFrom : undefined,
    })
  }
  return { takes, lines }
}

/** Why the file could not be written, in a sentence. */
function write(path: string, text: string): string | undefined {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return undefined
  } catch (error) {
    if (!isFileError(error)) throw error
    return `${path} can't be written (${error.message}). Nothing was taken over. Name a file that does not exist with --out.`
  }
}
