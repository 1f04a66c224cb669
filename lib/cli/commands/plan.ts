import type { ArgumentsCamelCase } from 'yargs'
import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Verdict } from '../plan/verify.ts'
import { type Context, defineCommand, type Globals, UsageError } from '../command.ts'

export const plan = defineCommand({
  usage: 'plan <action> <file..>',
  about: 'Shows saved plans, compares two, or says whether they would be accepted now; changes nothing',
  examples: [
    ['plan show beirut.plan', 'what it does, step by step, and on what it rests'],
    ['plan diff monday.plan tuesday.plan', 'what differs; exit code 4 if anything does'],
    ['plan verify beirut.plan', 'looks at the hosts: would it be accepted now? Exit code 4 if not'],
    ['plan verify beirut.plan --offline', 'the same without touching a link: all but the hosts'],
  ],
  positionals: {
    action: {
      type: 'string',
      choices: ['show', 'diff', 'verify'],
      demandOption: true,
      describe: 'show a plan, diff two of them, verify that they still hold',
    },
    file: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Files that preview --save wrote',
    },
  },
  options: {
    offline: {
      type: 'boolean',
      default: false,
      describe: 'With verify: hold inventory, program, state and scripts against the plan; look at no host',
    },
    program: {
      type: 'string',
      requiresArg: true,
      defaultDescription: 'where the plan says',
      describe: 'With verify: where the program lies on this machine',
    },
  },
  run: (args, context) => actions[args.action as keyof typeof actions](args, context),
})

type PlanCommand = ArgumentsCamelCase<
  Globals & {
    readonly action: string
    readonly file: readonly string[]
    readonly offline: boolean
    readonly program: string | undefined
  }
>

const actions = { show, diff, verify }

async function show({ file }: PlanCommand, { output, cwd }: Context): Promise<number> {
  const [{ openPlans }, { planText }, { paintFor }] = await Promise.all([
    import('../plan/open.ts'),
    import('../view/plan.ts'),
    import('../view/index.ts'),
  ])
  const plans = openPlans(file, cwd)
  const view = { width: output.width, paint: paintFor(output) }
  output.answer(plans.length === 1 ? plans[0]! : plans, () =>
    plans.map((one) => planText(one, view)).join('\n\n'),
  )
  return exitCode.done
}

async function diff({ file }: PlanCommand, { output, cwd }: Context): Promise<number> {
  const [{ openPlans }, { comparePlans }, { diffText }, { paintFor }] = await Promise.all([
    import('../plan/open.ts'),
    import('../plan/diff.ts'),
    import('../view/plan-diff.ts'),
    import('../view/index.ts'),
  ])
  if (file.length !== 2) throw new UsageError(`plan diff: expected two plans, got ${file.length}. Name both.`)
  const [a, b] = openPlans(file, cwd)
  const found = comparePlans(a!, b!)
  const plans = [
    { file: file[0]!, made: a!.made },
    { file: file[1]!, made: b!.made },
  ] as const
  output.answer({ plans, differences: found }, () =>
    diffText(found, plans, { width: output.width, paint: paintFor(output) }),
  )
  return found.length === 0 ? exitCode.done : exitCode.differences
}

async function verify(args: PlanCommand, context: Context): Promise<number> {
  const { output } = context
  const [
    { openInventory },
    { openPlan, planningOf },
    { interruptsOf },
    views,
    { runSites },
    verdicts,
    words,
    { untried },
  ] = await Promise.all([
    import('../inventory.ts'),
    import('../plan/of-run.ts'),
    import('../signals.ts'),
    import('../view/index.ts'),
    import('../run/index.ts'),
    import('../plan/verify.ts'),
    import('../view/plan.ts'),
    import('../run/untried.ts'),
  ])
  const estate = await openInventory(args, context)
  const choice = { site: [], select: [], program: args.program }
  const held = await Promise.all(args.file.map((path) => openPlan(path, choice, estate, context)))
  const interrupts = interruptsOf(process, systemClock)
  const view = { width: output.width, now: systemClock.now(), paint: views.paintFor(output) }
  const found: Verdict[] = []
  try {
    for (const [i, one] of held.entries()) {
      const progress = views.progressFor(context, one.sites, systemClock)
      const ended = await runSites({
        operation: 'preview',
        previewOf: one.plan.operation,
        sites: one.sites,
        estate,
        program: one.program,
        ...(one.rollout === undefined ? {} : { rollout: one.rollout }),
        cwd: context.cwd,
        env: context.env,
        offline: args.offline,
        dataLoss: one.plan.allowDataLoss,
        ...planningOf(undefined, one),
        emit: views.withoutReasons(progress.emit),
        note: progress.note,
        interrupts,
        clock: systemClock,
        confirm: async () => true,
      })
      progress.close()
      if (!ended.ok) return untried(ended.error, context, interrupts)
      const tell = (preview: Parameters<typeof views.siteText>[0]): string =>
        views.siteText({ ...preview, rows: [] }, view.width, view.paint)
      found.push(...verdicts.verdictsOf(args.file[i]!, ended.value, tell))
    }
  } finally {
    interrupts.release()
  }
  if (interrupts.level > 0) return exitCode.interrupted
  const told = found.map(({ told: _, waits, ...verdict }) => ({
    ...verdict,
    waits: waits === undefined ? null : views.waitJson(waits),
  }))
  output.answer({ verdicts: told }, () => words.verdictText(found, view))
  return verdicts.exitCodeOfVerdicts(found)
}
