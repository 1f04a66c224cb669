import type { Clock } from '../../domain/clock.ts'
import { describeFailure, type Failure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Host } from '../../domain/site.ts'
import { exportState } from '../../engine/state.ts'
import { describeStackFailure } from '../../engine/stack-failure.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { canAsk } from '../ask.ts'
import { type Context, UsageError } from '../command.ts'
import { hostsOf, openInventory } from '../inventory.ts'
import { leaveOf } from '../links/leave.ts'
import { patienceOf } from '../resolve/patience-of.ts'
import { programMeant, sitesMeant } from '../rollout.ts'
import { type Fleet, openFleet } from '../run/fleet.ts'
import { programModule } from '../run/program.ts'
import { openStacks, workRoot } from '../run/stacks.ts'
import type { RunRequest } from '../run/types.ts'
import { learnSecrets } from '../secret-texts.ts'
import { interruptsOf } from '../signals.ts'
import { progressFor } from '../view/index.ts'
import { complain, type Import, type ImportArgs } from './at-hand.ts'
import { heldIn } from './held.ts'
import { type HostList, listHost, type ListRequest } from './host-list.ts'
import { kindTokens } from './kind-words.ts'
import { marked } from './mark.ts'
import { takePicked } from './take-picked.ts'
import { type HostListing, listingsJson, listingText } from './view.ts'

/** Lists, writes the lines, and takes over what is picked; gives the exit code. */
export async function runImport(args: ImportArgs, context: Context, clock: Clock): Promise<number> {
  const leave = leaveOf(args)
  const reconnectMs = patienceOf(args.patience, context.env)
  const asks = args.pick.length > 0 && (!args.yes || args.pick.includes('interactive'))
  if (asks && !canAsk(context))
    throw new UsageError(
      'import: nobody is there to be asked, for standard input is no terminal. Nothing was changed. Name what to take over with --pick, and add --yes.',
    )
  for (const [option, given] of [
    ['out', args.out],
    ['take-from', args.takeFrom],
  ])
    if (given !== undefined && args.pick.length === 0)
      throw new UsageError(
        `--${option}: expected --pick beside it, got none, and a listing takes nothing over. Leave it out, or pick.`,
      )
  const estate = await openInventory(args, context)
  const { site, hosts } = await hostsOf(estate, args.site, args.host)
  const { rollout } = await sitesMeant(estate, [site.id], args.rollout)
  const catalogue = await loadCatalogue()
  const wanted: ListRequest = { kinds: kindTokens(catalogue, args.kind), below: args.path }
  const interrupts = interruptsOf(process, clock)
  const progress = progressFor(context, [site], clock)
  interrupts.listen((level) => {
    if (level === 1)
      progress.note(
        'Interrupted: finishing what is on the wire, starting nothing new. Once more to stop now.',
      )
  })
  const request: RunRequest = {
    operation: 'up',
    sites: [site],
    estate,
    program: programMeant(args.program, rollout),
    ...(rollout === undefined ? {} : { rollout }),
    cwd: context.cwd,
    env: context.env,
    offline: false,
    dataLoss: [],
    leave,
    emit: progress.emit,
    note: progress.note,
    interrupts,
    clock,
    confirm: async () => true,
  }
  const fleet = openFleet({
    estate,
    clock,
    emit: progress.emit,
    env: context.env,
    root: workRoot(context.cwd, context.env),
    leave: { anytime: leave.reason !== undefined, onBackup: leave.onBackup },
    ...(rollout === undefined ? {} : { rollout }),
    reconnectMs,
  })
  try {
    const code = await listAndTake(
      { args, context, catalogue, request, fleet, interrupts, progress },
      hosts,
      wanted,
    )
    return interrupts.level > 0 && code !== exitCode.done ? exitCode.interrupted : code
  } finally {
    progress.close()
    await fleet.close()
    interrupts.release()
  }
}

async function listAndTake(all: Import, hosts: readonly Host[], wanted: ListRequest): Promise<number> {
  const { args, context, catalogue, request, fleet, interrupts, progress } = all
  const { estate, sites } = request
  const module = programModule(request.program, context.cwd)
  if (!module.ok) throw new UsageError(module.error)
  const places = await openStacks(request, module.value.name, interrupts.first)
  if (!places.ok) return complain(all, [places.error.message])
  const [place] = places.value
  if (place === undefined) throw new Error('Internal error: one site was asked for, and has no stack')
  const state = await exportState(place)
  if (!state.ok) return complain(all, [describeStackFailure(state.error)])
  learnSecrets((state.value?.resources ?? []).flatMap(({ inputs, outputs }) => [inputs, outputs]))
  const held = heldIn(state.value)
  const lists = await listAll(fleet, catalogue, hosts, wanted, interrupts.first)
  if (lists.failures.length > 0) {
    complain(all, lists.failures.map(describeFailure))
    return exitOf(lists.failures)
  }
  const asker = {
    organisation: estate.organisation,
    backend: place.backendUrl,
    stack: place.stack,
    held,
  }
  const listings = lists.seen.map((list): HostListing => {
    return { host: list.host, unseen: list.unseen, ...marked(list, asker) }
  })
  if (args.pick.length > 0) return takePicked({ ...all, held, place, listings })
  progress.close()
  context.output.answer({ site: sites[0]?.id, ...listingsJson(listings), taken: [] }, () =>
    listingText(listings, context.output.width),
  )
  return exitCode.done
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

const exitOf = (failures: readonly Failure[]): number =>
  failures.every(({ kind }) => kind === 'unreachable' || kind === 'unknown' || kind === 'interrupted')
    ? exitCode.unreachableOrDeferred
    : exitCode.failed
