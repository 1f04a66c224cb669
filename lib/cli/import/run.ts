import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '../../domain/clock.ts'
import { describeFailure, type Failure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Host } from '../../domain/site.ts'
import { exportState } from '../../engine/state.ts'
import { describeStackFailure } from '../../engine/stack-failure.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { askLine, canAsk } from '../ask.ts'
import { type Context, type Globals, UsageError } from '../command.ts'
import { hostsOf, openInventory } from '../inventory.ts'
import { type Fleet, openFleet } from '../run/fleet.ts'
import { isFileError } from '../run/own-folders.ts'
import { programModule, stackName } from '../run/program.ts'
import { openStacks, workRoot } from '../run/stacks.ts'
import type { RunRequest } from '../run/types.ts'
import { type Held, heldIn } from './held.ts'
import { type HostList, listHost, type ListRequest } from './host-list.ts'
import { kindTokens } from './kind-words.ts'
import { logicalNames } from './logical-name.ts'
import { marked, type Marked } from './mark.ts'
import { isFree, notTakeable, picked } from './pick.ts'
import { type Line, neededInputs, programText } from './program-text.ts'
import { readyToTake, type Take, takeOver, urnOf } from './take-over.ts'
import { type HostListing, listingText, thingJson } from './view.ts'
import { interruptsOf } from '../signals.ts'

/** Options of `chancery import`. */
export type ImportArgs = Globals & {
  readonly site: string
  readonly host: string | undefined
  readonly program: string
  readonly kind: readonly string[]
  readonly path: readonly string[]
  readonly pick: readonly string[]
  readonly out: string | undefined
  readonly takeFrom: string | undefined
  readonly yes: boolean
}

/** Lists, writes the lines, and takes over what is picked; gives the exit code. */
export async function runImport(args: ImportArgs, context: Context, clock: Clock): Promise<number> {
  const estate = await openInventory(args, context)
  const { site, hosts } = await hostsOf(estate, args.site, args.host)
  const catalogue = await loadCatalogue()
  const wanted: ListRequest = { kinds: kindTokens(catalogue, args.kind), below: args.path }
  const asks = args.pick.length > 0 && (!args.yes || args.pick.includes('interactive'))
  if (asks && !canAsk(context))
    throw new UsageError(
      'import: nobody is there to be asked, for standard input is no terminal. Name what to take over with --pick, and add --yes.',
    )
  const module = programModule(args.program, context.cwd)
  if (!module.ok) throw new UsageError(module.error)
  const interrupts = interruptsOf(process, clock)
  const request: RunRequest = {
    operation: 'up',
    sites: [site],
    estate,
    program: args.program,
    cwd: context.cwd,
    env: context.env,
    offline: false,
    dataLoss: [],
    emit: () => {},
    note: (text) => context.output.note(text),
    interrupts,
    clock,
    confirm: async () => true,
  }
  const places = await openStacks(request, module.value.name, interrupts.first)
  if (!places.ok) return complain(context, [places.error.message])
  const [place] = places.value
  const state = place === undefined ? undefined : await exportState(place)
  if (state?.ok === false) return complain(context, [describeStackFailure(state.error)])
  const held = heldIn(state?.value)
  const fleet = openFleet({ estate, clock, emit: () => {}, root: workRoot(context.cwd, context.env) })
  try {
    const lists = await listAll(fleet, catalogue, hosts, wanted, interrupts.first)
    const asker = {
      organisation: estate.organisation,
      backend: estate.stateBackend,
      stack: stackName(module.value.name, site.id),
      held,
    }
    const listings = lists.seen.map((list): HostListing => {
      return { host: list.host, unseen: list.unseen, ...marked(list, asker) }
    })
    const things = listings.flatMap((listing) => listing.things)
    if (lists.failures.length > 0) {
      for (const failure of lists.failures) context.output.complain(`chancery: ${describeFailure(failure)}`)
      return exitOf(lists.failures)
    }
    const text = () => listingText(listings, context.output.width)
    if (args.pick.length === 0) {
      context.output.answer({ site: site.id, ...json(listings), taken: [] }, text)
      return exitCode.done
    }
    return await take(
      {
        args,
        context,
        catalogue,
        request,
        fleet,
        held,
        stack: asker.stack,
        listings,
        abort: interrupts.first,
      },
      things,
    )
  } finally {
    await fleet.close()
    interrupts.release()
  }
}

type Taking = {
  readonly args: ImportArgs
  readonly context: Context
  readonly catalogue: Catalogue
  readonly request: RunRequest
  readonly fleet: Fleet
  readonly held: readonly Held[]
  readonly stack: string
  readonly listings: readonly HostListing[]
  /** A person asked to stop. */
  readonly abort: AbortSignal
}

async function take(taking: Taking, things: readonly Marked[]): Promise<number> {
  const { args, context, request, fleet, listings, stack, abort } = taking
  const { output } = context
  const chosen = await choose(taking, things)
  if (chosen.length === 0) {
    output.note('Nothing was picked; nothing was changed.')
    return exitCode.done
  }
  const refused = chosen.flatMap((one) => notTakeable(one, args.takeFrom) ?? [])
  if (refused.length > 0) return complain(context, [...refused, 'Nothing was taken over.'])
  const { takes, lines } = declarations(taking, chosen)
  const ready = await readyToTake(request, fleet, takes, abort)
  if (!ready.ok) return complain(context, ready.error)
  const title = `What chancery import took over at ${args.site}: call this in the program of the site.`
  const program = programText(title, lines)
  if (!args.yes) {
    context.stderr.write(`${program}\n`)
    const question = `Take over ${takes.length === 1 ? 'this one' : `these ${takes.length}`}? Only "yes" does: `
    if ((await askLine(question, context, abort)) !== 'yes') {
      output.note('Nothing was taken over.')
      return exitCode.done
    }
  }
  // The lines first: what is taken over and not declared would be let go by the next run.
  const written = args.out === undefined ? undefined : write(resolve(context.cwd, args.out), program)
  if (written !== undefined) return complain(context, [written])
  const report = await takeOver(ready.value)
  const taken = report.outcome === 'done' ? takes.map((one) => urnOf(stack, one)) : []
  const answer = { site: args.site, ...json(listings), taken, program, outcome: report.outcome }
  if (report.outcome === 'done') {
    output.note(
      `${takes.length} taken over by ${stack}. ${args.out === undefined ? 'Put these lines' : `Call imported() of ${args.out}`} into its program: what it does not declare, its next run lets go.`,
    )
    output.answer(answer, () => (args.out === undefined ? program : ''))
    return exitCode.done
  }
  output.complain(`chancery: ${report.because ?? report.outcome}`)
  if (output.json) output.answer(answer, () => '')
  return report.outcome === 'failed' ? exitCode.failed : exitCode.unreachableOrDeferred
}

async function choose({ args, context, listings, abort }: Taking, things: readonly Marked[]) {
  const words = args.pick.filter((word) => word !== 'interactive')
  if (args.pick.includes('interactive')) {
    context.stderr.write(`${listingText(listings, context.output.width)}\n`)
    const free = things.filter(isFree).length
    const question = `Numbers to take over (1,3-5; all = the ${free} that are nobody’s; none = nothing): `
    const line = await askLine(question, context, abort)
    words.push(...(line ?? '').split(/\s+/).filter((word) => word !== '' && word !== 'none'))
  }
  const chosen = picked(things, words)
  if (!chosen.ok) throw new UsageError(chosen.error.join('\n  '))
  return chosen.value
}

/** Resources for what was picked, under names that are free in the stack. */
function declarations({ args, catalogue, held }: Taking, chosen: readonly Marked[]) {
  const names = logicalNames(
    chosen,
    held.map(({ token, name }) => `chancery:${token} ${name}`),
  )
  const takes: Take[] = []
  const lines: Line[] = []
  for (const [i, { host, thing, mark }] of chosen.entries()) {
    const kind = catalogue.get(thing.token)?.kind
    if (thing.state !== 'described' || kind === undefined) throw new Error('Internal error: not declarable')
    const base = { token: thing.token, name: names[i] ?? '', host }
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

async function listAll(
  fleet: Fleet,
  catalogue: Catalogue,
  hosts: readonly Host[],
  wanted: ListRequest,
  abort: AbortSignal,
): Promise<{ readonly seen: readonly HostList[]; readonly failures: readonly Failure[] }> {
  const answers = await Promise.all(hosts.map(({ id }) => listHost(fleet.port(id), catalogue, wanted, abort)))
  return {
    seen: answers.flatMap((answer) => (answer.ok ? [answer.value] : [])),
    failures: answers.flatMap((answer) => (answer.ok ? [] : [answer.error])),
  }
}

const json = (listings: readonly HostListing[]) => ({
  hosts: listings.map(({ host, things, unseen, orphans }) => ({
    host,
    things: things.map(thingJson),
    unseen,
    orphans,
  })),
})

function complain({ output }: Context, lines: readonly string[]): number {
  output.complain(`chancery: ${lines.join('\n  ')}`)
  return exitCode.failed
}

const exitOf = (failures: readonly Failure[]): number =>
  failures.every(({ kind }) => kind === 'unreachable' || kind === 'unknown' || kind === 'interrupted')
    ? exitCode.unreachableOrDeferred
    : exitCode.failed

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
