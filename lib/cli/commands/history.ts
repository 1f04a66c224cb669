import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'
import type { HistoryItem } from '../history/history.ts'

export const history = defineCommand({
  usage: 'history <site>',
  about: 'Who applied what to a site, when, from which plan, with what result',
  examples: [
    ['history beirut', 'the last twenty runs, the latest first'],
    ['history beirut --limit 5 --json', 'for a program, with what each planned'],
  ],
  positionals: { site: { type: 'string', demandOption: true, describe: 'id of the site' } },
  options: {
    program: {
      type: 'string',
      default: 'mission',
      requiresArg: true,
      describe: 'Program of stacks/, or the path of one',
    },
    limit: { type: 'number', default: 20, requiresArg: true, describe: 'At most so many runs' },
  },
  run: async (args, context) => {
    const { output } = context
    if (!Number.isInteger(args.limit) || args.limit < 1)
      throw new UsageError(`--limit: expected a whole number from 1, got ${args.limit}. Write --limit 20.`)
    const [
      { openInventory, oneSite },
      { programModule },
      { openStacks, workRoot },
      { stackHistory },
      { checkOwner },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../run/program.ts'),
      import('../run/stacks.ts'),
      import('../../engine/history.ts'),
      import('../../engine/state-owner.ts'),
    ])
    const [
      { readJournal },
      { besideStacks, journalName },
      { joinHistory },
      { describeStackFailure },
      { historyText },
    ] = await Promise.all([
      import('../history/journal.ts'),
      import('../history/beside-stacks.ts'),
      import('../history/history.ts'),
      import('../../engine/stack-failure.ts'),
      import('../history/text.ts'),
    ])
    const estate = await openInventory(args, context)
    const site = await oneSite(estate, 'history', args.site)
    const module = programModule(args.program, context.cwd)
    if (!module.ok) throw new UsageError(module.error)
    const never = new AbortController().signal
    const places = await openStacks(
      { ...context, estate, sites: [site], note: output.note },
      module.value.name,
      never,
    )
    if (!places.ok) {
      output.complain(`chancery: ${places.error.message}`)
      return exitCode.failed
    }
    const place = places.value[0]!
    const owned = await checkOwner(place)
    const updates = owned.ok ? await stackHistory(place, args.limit) : owned
    if (!updates.ok) {
      output.complain(`chancery: ${describeStackFailure(updates.error)}`)
      return exitCode.failed
    }
    const journal = readJournal(workRoot(context.cwd, context.env))
    if (journal.unreadable.length > 0)
      output.note(`journal.jsonl: no entry on line ${journal.unreadable.join(', ')}: a crash cut it short.`)
    const names = [place.stack, ...besideStacks.map((operation) => journalName(operation, site.id))]
    const own = journal.entries.filter(({ stack }) => names.includes(stack))
    const items: readonly HistoryItem[] = joinHistory(updates.value ?? [], own).slice(0, args.limit)
    output.answer(items, () =>
      items.length === 0
        ? `${place.stack}: nothing was ever run.`
        : historyText(items, site.timeZone, output.width),
    )
    return exitCode.done
  },
})
