import type { ArgumentsCamelCase } from 'yargs'
import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { type Context, defineCommand, type Globals, UsageError } from '../command.ts'
import {
  backupOption,
  namedSites,
  patienceOption,
  rolloutOfLook,
  rolloutOption,
  siteSelector,
  windowOptions,
} from '../options.ts'
import type { Operation, RunReport, SitePreview } from '../run/types.ts'

const positionals = { site: siteSelector } as const
const named = { site: namedSites } as const

const everyRun = {
  program: {
    type: 'string',
    defaultDescription: 'mission, or the rollout’s',
    requiresArg: true,
    describe: 'Program of stacks/, or the path of one',
  },
  select: {
    type: 'string',
    array: true,
    default: [] as string[],
    defaultDescription: 'none',
    requiresArg: true,
    describe: 'Sites by key=value, as an alternative to naming them',
  },
} as const

const yes = { type: 'boolean', default: false, describe: 'Go on without asking' } as const

const plan = {
  type: 'string',
  requiresArg: true,
  describe: 'A saved plan: run its steps and no others, or refuse',
} as const

const allowDataLoss = {
  type: 'string',
  array: true,
  default: [] as string[],
  defaultDescription: 'none',
  requiresArg: true,
  describe:
    'Name of a resource that may be removed or replaced with what it holds, also where it was there before, or made anew where it is gone',
} as const

export const preview = defineCommand({
  usage: 'preview [site..]',
  about: 'Shows what would change, and what it costs on each link; changes nothing',
  examples: [
    ['preview beirut', 'one site'],
    ['preview --select link=satellite', 'every site behind a satellite'],
    ['preview --rollout mission-servers', 'its sites, and when they can start'],
    ['preview --expect-no-changes', 'is anything not as declared? Exit code 4 if so'],
    ['preview --offline', 'from the last observation of each host, without touching a link'],
    ['preview beirut --save beirut.plan', 'keep the plan in a file, for approval and for up --plan'],
    ['preview beirut --destroy --save gone.plan', 'the same of what destroy would remove'],
  ],
  positionals,
  options: {
    ...everyRun,
    ...rolloutOption,
    offline: {
      type: 'boolean',
      default: false,
      describe: 'Rest on the last observation of each host instead of looking',
    },
    'expect-no-changes': {
      type: 'boolean',
      default: false,
      describe: 'Exit with 4 if anything would change',
    },
    destroy: {
      type: 'boolean',
      default: false,
      describe: 'Of what destroy would remove, instead of what up would do; sites must be named',
    },
    save: {
      type: 'string',
      requiresArg: true,
      describe:
        'File to write the plan into: what up --plan, or destroy --plan, runs later, from any machine',
    },
    'allow-data-loss': allowDataLoss,
  },
  run: (args, context) => {
    if (args.destroy) mustNameSites('preview --destroy', args)
    return run('preview', args, context)
  },
})

export const up = defineCommand({
  usage: 'up [site..]',
  about: 'Previews, asks, and carries out exactly what was previewed',
  examples: [
    ['up beirut nairobi', 'two sites at once, each by itself'],
    ['up --select size=small --yes', 'every small site, without asking'],
    ['up --rollout mission-servers size=small', 'the small sites of a rollout, within its windows too'],
    ["up beirut --now --reason 'mail is down'", 'outside its window, with a reason that is kept'],
    ['up --plan beirut.plan', 'exactly the steps of a saved plan, or nothing'],
  ],
  positionals,
  options: {
    ...everyRun,
    ...rolloutOption,
    plan,
    yes,
    'allow-data-loss': allowDataLoss,
    ...windowOptions,
    ...backupOption,
    ...patienceOption,
  },
  run: (args, context) => run('up', args, context),
})

export const refresh = defineCommand({
  usage: 'refresh [site..]',
  about: 'Looks at the hosts and writes what is there into the state; changes no host',
  examples: [
    ['refresh beirut', 'one site'],
    ['refresh --rollout mission-servers', 'the sites of a rollout, at any time: no host is changed'],
  ],
  positionals,
  options: { ...everyRun, ...rolloutOfLook, yes },
  run: (args, context) => run('refresh', args, context),
})

export const destroy = defineCommand({
  usage: 'destroy [site..]',
  about: 'Removes from the hosts what the program made there',
  examples: [
    ['destroy beirut', 'one site; sites must be named'],
    ["destroy beirut --allow-data-loss 'VirtualDisk c:\\vm\\mail.vhdx'", 'with a disk and what is on it'],
    ['destroy beirut --rollout mission-servers', 'what a rollout brought there, within its windows too'],
    ['destroy --plan gone.plan', 'exactly the removals of a saved plan, or nothing'],
  ],
  positionals: named,
  options: {
    ...everyRun,
    ...rolloutOption,
    plan,
    yes,
    'allow-data-loss': allowDataLoss,
    ...windowOptions,
    ...backupOption,
    ...patienceOption,
  },
  run: (args, context) => {
    if (args.plan === undefined) mustNameSites('destroy', args)
    return run('destroy', args, context)
  },
})

function mustNameSites(
  command: string,
  { site, select, rollout }: Pick<RunArgs, 'site' | 'select' | 'rollout'>,
): void {
  if (site.length + select.length === 0)
    throw new UsageError(
      `${command}: expected the sites to destroy, got none. Name them, or write "*" for all${rollout === undefined ? '' : ` of rollout ${rollout}`}.`,
    )
}

type RunArgs = {
  readonly site: readonly string[]
  readonly program: string | undefined
  readonly select: readonly string[]
  readonly yes?: boolean
  readonly offline?: boolean
  readonly expectNoChanges?: boolean
  readonly allowDataLoss?: readonly string[]
  readonly destroy?: boolean
  readonly save?: string | undefined
  readonly plan?: string | undefined
  readonly rollout?: string | undefined
  readonly now?: boolean
  readonly reason?: string | undefined
  readonly patience?: number | undefined
  readonly onBackup?: boolean
}

async function run(
  operation: Operation,
  args: ArgumentsCamelCase<Globals & RunArgs>,
  context: Context,
): Promise<number> {
  const { output } = context
  const [
    { openInventory },
    { programMeant, sitesMeant },
    { canAsk, askLine },
    { interruptsOf },
    views,
    { runSites },
    { exitCodeOf },
    { untried },
    { canGoOn },
    { introduction, mustBeSaveable, openPlan, planningOf, savePlan },
    { leaveOf },
    { patienceOf },
  ] = await Promise.all([
    import('../inventory.ts'),
    import('../rollout.ts'),
    import('../ask.ts'),
    import('../signals.ts'),
    import('../view/index.ts'),
    import('../run/index.ts'),
    import('../exit-code.ts'),
    import('../run/untried.ts'),
    import('../run/outlook.ts'),
    import('../plan/of-run.ts'),
    import('../links/leave.ts'),
    import('../resolve/patience-of.ts'),
  ])
  if (args.save !== undefined && context.env['CHANCERY_REHEARSAL'] !== undefined)
    throw new UsageError(
      '--save: expected a preview of the real hosts, got a rehearsal, whose plan would hold for its copies. Save it without rehearse; then rehearse up --plan.',
    )
  const asks = operation !== 'preview' && args.yes !== true
  if (asks && !canAsk(context))
    throw new UsageError(
      `${operation}: nobody is there to be asked, for standard input is no terminal. Nothing was changed. Add --yes to go on without.`,
    )

  const leave = leaveOf(args)
  const reconnectMs = patienceOf(args.patience, context.env)
  if (args.save !== undefined) mustBeSaveable(args.save, context.cwd)
  const estate = await openInventory(args, context)
  const named = [...args.site, ...args.select]
  const held =
    args.plan === undefined ? undefined : await openPlan(args.plan, args, estate, context, operation)
  if (held !== undefined) output.note(introduction(held))
  const { sites, rollout } = held ?? (await sitesMeant(estate, named, args.rollout))
  const program = held?.program ?? programMeant(args.program, rollout)
  const interrupts = interruptsOf(process, systemClock)
  const progress = views.progressFor(context, sites, systemClock)
  interrupts.listen((level) =>
    progress.note(
      level === 1
        ? 'Interrupted: finishing what is on the wire, starting nothing new. Once more to stop now.'
        : 'Stopping now. The next run looks at what was in flight before anything else.',
    ),
  )
  const view = { width: output.width, now: systemClock.now(), paint: views.paintFor(output) }

  const confirm = async (previews: readonly SitePreview[]): Promise<boolean> => {
    progress.pause()
    const asking = asks && previews.some(canGoOn)
    // Where nothing can be shown but why not, the summary says so.
    const shows = previews.some(({ rows }) => rows.length > 0)
    if (operation !== 'preview' && (asking || (shows && !(output.quiet || output.json))))
      context.stderr.write(`${views.previewText(previews, view)}\n`)
    if (!asking) return true
    const answer = await askLine(`Go on with ${operation}? Only "yes" does: `, context, interrupts.first)
    return answer === 'yes'
  }
  try {
    const ended = await runSites({
      operation,
      previewOf: args.destroy === true ? 'destroy' : 'up',
      sites,
      estate,
      program,
      ...(rollout === undefined ? {} : { rollout }),
      cwd: context.cwd,
      env: context.env,
      offline: args.offline ?? false,
      dataLoss: held?.plan.allowDataLoss ?? args.allowDataLoss ?? [],
      ...planningOf(args.save, held),
      leave,
      ...(reconnectMs === undefined ? {} : { reconnectMs }),
      emit: operation === 'preview' ? views.withoutReasons(progress.emit) : progress.emit,
      note: progress.note,
      interrupts,
      clock: systemClock,
      confirm,
    })
    progress.close()
    if (!ended.ok) return untried(ended.error, context, interrupts)
    const report: RunReport = ended.value
    const unsaved =
      args.save === undefined
        ? undefined
        : await savePlan(args.save, report, { ...args, program }, estate, context)
    output.answer(views.reportJson(report), () =>
      operation === 'preview'
        ? views.previewText(report.previews, view)
        : views.summaryText(report, view.width, view.paint),
    )
    if (unsaved !== undefined) {
      output.complain(unsaved)
      return exitCode.failed
    }
    return exitCodeOf(report, { expectNoChanges: args.expectNoChanges ?? false })
  } finally {
    progress.close()
    interrupts.release()
  }
}
