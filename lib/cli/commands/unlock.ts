import { hostname } from 'node:os'
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'

export const unlock = defineCommand({
  usage: 'unlock <site>',
  about: 'Who holds the lock of a site’s state and since when; clears it when its process is no more',
  examples: [
    ['unlock beirut', 'shows the holder, and asks before it clears a lock left behind'],
    ['unlock beirut --yes --reason "ops1 lost power"', 'without asking; the reason is kept for history'],
  ],
  positionals: { site: { type: 'string', demandOption: true, describe: 'id of the site' } },
  options: {
    program: {
      type: 'string',
      default: 'mission',
      requiresArg: true,
      describe: 'Program of stacks/, or the path of one',
    },
    yes: {
      type: 'boolean',
      default: false,
      describe: 'The holder is no more: go on without asking; needs --reason',
    },
    reason: { type: 'string', requiresArg: true, describe: 'How that is known; kept for chancery history' },
  },
  run: async (args, context) => {
    const { output } = context
    const [
      { openInventory, oneSite },
      { programModule },
      { openStacks, workRoot },
      { appendJournal },
      { operatorOf },
      { canAsk, askLine },
      { interruptsOf },
      { lockStanding, clearLock, standingWords, holderWords },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../run/program.ts'),
      import('../run/stacks.ts'),
      import('../history/journal.ts'),
      import('../operator.ts'),
      import('../ask.ts'),
      import('../signals.ts'),
      import('../unlock/unlock.ts'),
    ])
    const reason = args.reason?.trim()
    if (args.yes && (reason === undefined || reason === ''))
      throw new UsageError(
        'unlock: --yes: expected --reason with how it is known that the holder is no more, got none. Nothing was changed. Add --reason WHY.',
      )
    const estate = await openInventory(args, context)
    const site = await oneSite(estate, 'unlock', args.site)
    const module = programModule(args.program, context.cwd)
    if (!module.ok) throw new UsageError(module.error)
    const interrupts = interruptsOf(process, systemClock)
    try {
      const places = await openStacks(
        { ...context, estate, sites: [site], note: output.note },
        module.value.name,
        interrupts.first,
      )
      if (!places.ok) {
        output.complain(`chancery: ${places.error.message}`)
        return exitCode.failed
      }
      const place = places.value[0]!
      const standing = await lockStanding(place)
      if (!standing.ok) {
        output.complain(`chancery: ${standing.error}`)
        return exitCode.failed
      }
      const words = standingWords(place.stack, standing.value, systemClock)
      if (standing.value.state !== 'held') {
        output.answer({ site: site.id, stack: place.stack, ...standing.value }, () => words)
        return standing.value.state === 'alive' ? exitCode.failed : exitCode.done
      }
      const { holders } = standing.value
      output.complain(words)
      if (!args.yes) {
        if (!canAsk(context))
          throw new UsageError(
            'unlock: nobody is there to be asked, for standard input is no terminal. Nothing was changed. Add --yes --reason to go on without.',
          )
        const elsewhere = holders.some(({ host }) => host !== hostname())
        const question = `${
          elsewhere
            ? 'Whether it still works can’t be seen from this machine: ask its person first. Two at once spoil the state. '
            : 'That process is no more. '
        }If it is to be cleared, type the site's id (${site.id}): `
        if ((await askLine(question, context, interrupts.first)) !== site.id) {
          output.complain('Not confirmed. Nothing was changed.')
          return interrupts.level > 0 ? exitCode.interrupted : exitCode.failed
        }
      }
      const cleared = await clearLock(place, holders)
      if (!cleared.ok) {
        output.complain(`chancery: ${cleared.error}`)
        return exitCode.failed
      }
      const from = holders.map((one) => holderWords(one, systemClock)).join('; ')
      if (cleared.value === 'cleared')
        appendJournal(workRoot(context.cwd, context.env), [
          {
            at: new Date(systemClock.now()).toISOString(),
            run: randomUUID(),
            operation: 'unlock',
            stack: place.stack,
            by: operatorOf(context.env),
            outcome: 'done',
            because: `cleared the lock of ${from}`,
            ...(reason === undefined || reason === '' ? {} : { reason }),
            changes: {},
          },
        ])
      output.answer({ site: site.id, stack: place.stack, state: cleared.value, holders }, () =>
        cleared.value === 'cleared'
          ? `${place.stack}: the lock is cleared. What that run left behind is looked at by the next one: chancery up ${site.id}`
          : `${place.stack}: it was given back in the meantime. Nothing was changed.`,
      )
      return exitCode.done
    } finally {
      interrupts.release()
    }
  },
})
