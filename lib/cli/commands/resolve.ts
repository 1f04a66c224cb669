import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'

export const resolve = defineCommand({
  usage: 'resolve <site> [urn]',
  about: 'What is in flight at a site after a crash or a lost connection, and what became of it',
  examples: [
    ['resolve beirut', 'looks at the hosts once; says of each act: done, not begun, half done'],
    [
      "resolve beirut --mark done 'urn:pulumi:…::schema' --reason 'seen on the console'",
      'settles a free command by your word',
    ],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'Site id' },
    urn: { type: 'string', describe: 'With --mark: URN of the act that is settled' },
  },
  options: {
    program: {
      type: 'string',
      default: 'mission',
      requiresArg: true,
      describe: 'Program of stacks/, or the path of one',
    },
    mark: {
      type: 'string',
      choices: ['done', 'not-done'],
      requiresArg: true,
      describe: 'Say what became of an act that no look can tell of; needs a URN and --reason',
    },
    reason: { type: 'string', requiresArg: true, describe: 'How you know; kept for chancery history' },
  },
  run: async (args, context) => {
    const { output } = context
    const why = args.reason?.trim() ?? ''
    if ((args.mark === undefined) !== (args.urn === undefined))
      throw new UsageError(
        'resolve: --mark and a URN go together: --mark done URN --reason WHY. Nothing was settled.',
      )
    if (args.mark !== undefined && why === '')
      throw new UsageError(
        'resolve: --reason: expected how you know, got nothing. Nothing was settled. Add --reason WHY.',
      )
    const [
      { openInventory, oneSite },
      { interruptsOf },
      views,
      { resolveSite },
      { resolveText },
      words,
      { untried },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../signals.ts'),
      import('../view/index.ts'),
      import('../resolve/index.ts'),
      import('../resolve/text.ts'),
      import('../resolve/say.ts'),
      import('../run/untried.ts'),
    ])
    const estate = await openInventory(args, context)
    const sites = [await oneSite(estate, 'resolve', args.site)]
    const interrupts = interruptsOf(process, systemClock)
    const progress = views.progressFor(context, sites, systemClock)
    const request = {
      operation: 'preview',
      sites,
      estate,
      program: args.program,
      cwd: context.cwd,
      env: context.env,
      offline: false,
      dataLoss: [],
      emit: progress.emit,
      note: progress.note,
      interrupts,
      clock: systemClock,
      confirm: async () => false,
    } as const
    try {
      const ended =
        args.mark === undefined || args.urn === undefined
          ? await resolveSite(request, interrupts.first)
          : await words.saySite(
              request,
              { urn: args.urn, what: args.mark === 'done' ? 'done' : 'not-done', why },
              interrupts.first,
            )
      progress.close()
      if (!ended.ok) return untried(ended.error, context, interrupts)
      const report = ended.value
      if ('said' in report) {
        output.answer(report, () => words.saidText(report))
        return exitCode.done
      }
      output.answer(report, () =>
        resolveText(report, {
          width: output.width,
          paint: views.paintFor(output),
          program: args.program,
        }),
      )
      if (interrupts.level > 0) return exitCode.interrupted
      if (report.state === 'at-work') return exitCode.unreachableOrDeferred
      if (report.state === 'not-reached')
        return report.failure.kind === 'unreachable' || report.failure.kind === 'unknown'
          ? exitCode.unreachableOrDeferred
          : exitCode.failed
      return report.acts.some(({ needsPerson }) => needsPerson) ? exitCode.differences : exitCode.done
    } finally {
      progress.close()
      interrupts.release()
    }
  },
})
