import { systemClock } from '../../domain/clock.ts'
import { defineCommand, UsageError } from '../command.ts'
import { rolloutOfLook, siteSelector } from '../options.ts'

export const drift = defineCommand({
  usage: 'drift [site..]',
  about: 'What is not as it was applied: one look a host, no engine, no change',
  examples: [
    ['drift', 'every site; exit code 4 if anything differs'],
    ['drift beirut nairobi --json', 'two sites, as JSON'],
    ['drift --select link=satellite', 'every site behind a satellite'],
    ['drift --rollout mission-servers', 'the sites of a rollout, of its program'],
    ['drift beirut --watch', 'again every 15 minutes: what is new and what is gone, until Ctrl-C'],
    ['drift beirut --watch 60', 'the same every hour'],
  ],
  positionals: { site: siteSelector },
  options: {
    program: {
      type: 'string',
      defaultDescription: 'mission, or the rollout’s',
      requiresArg: true,
      describe: 'Program of stacks/, or the path of one',
    },
    ...rolloutOfLook,
    select: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'Sites by key=value, as an alternative to naming them',
    },
    watch: {
      type: 'string',
      describe: 'Look again every so many minutes (15 where none are said), until Ctrl-C',
    },
  },
  run: async (args, context) => {
    const { output } = context
    const [
      { openInventory },
      { programMeant, sitesMeant },
      { interruptsOf },
      views,
      { openDrift, isDrift },
      { driftText },
      { driftJson },
      { watchDrift, watchMinutes },
      { exitCodeOf },
      { untried },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../rollout.ts'),
      import('../signals.ts'),
      import('../view/index.ts'),
      import('../drift/index.ts'),
      import('../drift/text.ts'),
      import('../drift/json.ts'),
      import('../drift/watch.ts'),
      import('../exit-code.ts'),
      import('../run/untried.ts'),
    ])
    const minutes = watchMinutes(args.watch)
    if (typeof minutes === 'string') throw new UsageError(minutes)
    const estate = await openInventory(args, context)
    const { sites, rollout } = await sitesMeant(estate, [...args.site, ...args.select], args.rollout)
    const program = programMeant(args.program, rollout)
    const interrupts = interruptsOf(process, systemClock)
    const progress = views.progressFor(context, sites, systemClock)
    try {
      const opened = await openDrift({
        sites,
        estate,
        program,
        cwd: context.cwd,
        env: context.env,
        emit: progress.emit,
        note: progress.note,
        clock: systemClock,
        abort: interrupts.first,
      })
      if (!opened.ok) {
        progress.close()
        return untried(opened.error, context, interrupts)
      }
      const looks = opened.value
      try {
        const view = { width: output.width, paint: views.paintFor(output) }
        const first = await looks.look()
        progress.close()
        output.answer(driftJson(first), () => driftText(first, view))
        if (minutes !== undefined)
          await watchDrift({
            first,
            looks,
            minutes,
            output,
            view,
            clock: systemClock,
            abort: interrupts.first,
          })
        const differences = first.sites.some(({ resources }) => resources.some(isDrift))
        const interrupted = interrupts.level > 0
        return exitCodeOf({ sites: first.sites, differences, interrupted }, { expectNoChanges: true })
      } finally {
        await looks.close()
      }
    } finally {
      progress.close()
      interrupts.release()
    }
  },
})
