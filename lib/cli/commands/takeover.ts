import { describeFailure, type Failure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { defineCommand, UsageError } from '../command.ts'
import type { Standing, Takeover } from '../run/takeover.ts'

export const takeover = defineCommand({
  usage: 'takeover <site> [host]',
  about: 'Makes hosts that are managed from elsewhere managed from here',
  examples: [
    [
      'takeover beirut --reason "state moved to postgres"',
      'every host of the site, after showing whose it is',
    ],
    ['takeover beirut beirut-hv1 --reason "handed over by the ministry" --yes', 'one host, without asking'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'Site id' },
    host: { type: 'string', describe: 'Host id; none = every host of the site' },
  },
  options: {
    reason: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'Why; kept on the host, for whoever managed it before',
    },
    yes: { type: 'boolean', default: false, describe: 'Go on without asking' },
  },
  run: async (args, context) => {
    const [
      { openInventory, hostsOf },
      { managedFrom },
      { atHosts },
      { canAsk, askLine },
      { standingOf, judgeStanding, takeOver },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../links/machine-folder.ts'),
      import('../run/at-hosts.ts'),
      import('../ask.ts'),
      import('../run/takeover.ts'),
    ])
    const { output } = context
    if (args.reason.trim() === '')
      throw new UsageError(
        'takeover: --reason: expected why, got nothing. Nothing was changed. It is kept on the host.',
      )
    const estate = await openInventory(args, context)
    const { hosts } = await hostsOf(estate, args.site, args.host)
    if (!args.yes && !canAsk(context))
      throw new UsageError(
        'takeover: nobody is there to be asked, for standard input is no terminal. Nothing was changed. Add --yes to go on without.',
      )
    return atHosts(estate, context, async ({ fleet, interrupts }) => {
      const standings = await Promise.all(
        hosts.map(async ({ id }) => ({ id, standing: await standingOf(fleet.port(id), interrupts.first) })),
      )
      if (!output.json || !args.yes)
        for (const { id, standing } of standings) output.note(words(id, standing))
      const takes = standings.filter(
        ({ id, standing }) => standing.ok && judgeStanding(id, standing.value) === 'take',
      )
      if (takes.length > 0 && !args.yes) {
        const question = `From now on ${takes.map(({ id }) => id).join(', ')} would be managed from ${managedFrom(estate)} only. If so, type the site's id (${args.site}): `
        if ((await askLine(question, context, interrupts.first)) !== args.site) {
          output.complain('Not confirmed. Nothing was changed.')
          return interrupts.level > 0 ? exitCode.interrupted : exitCode.failed
        }
      }
      const results = await Promise.all(
        standings.map(async ({ id, standing }): Promise<Result<Takeover, Failure>> => {
          if (!standing.ok) return err(standing.error)
          const judged = judgeStanding(id, standing.value)
          if (judged !== 'take') return ok(judged)
          return takeOver(fleet.port(id), standing.value.managed ?? {}, args.reason.trim(), interrupts.first)
        }),
      )
      output.answer(
        results.map((r) => (r.ok ? r.value : { failure: r.error })),
        () => results.map((r) => (r.ok ? sentence(r.value) : describeFailure(r.error))).join('\n'),
      )
      if (interrupts.level > 0) return exitCode.interrupted
      if (results.every((r) => r.ok && r.value.state !== 'alive')) return exitCode.done
      return results.every((r) => r.ok || r.error.kind === 'unreachable' || r.error.kind === 'unknown')
        ? exitCode.unreachableOrDeferred
        : exitCode.failed
    })
  },
})

function words(host: string, standing: Result<Standing, Failure>): string {
  if (!standing.ok) return describeFailure(standing.error)
  const { managed } = standing.value
  if (managed === null) return `${host}: is managed from nowhere yet`
  if (managed.from === undefined) return `${host}: its record of where it is managed from can't be read`
  const { from, since, by, at, because } = managed
  return `${host}: is managed from ${from} since ${since ?? '?'}, last by ${by ?? '?'} at ${at ?? '?'} (its clock, UTC)${(because ?? null) === null ? '' : `; taken over: ${because}`}`
}

function sentence(result: Takeover): string {
  const { host } = result
  switch (result.state) {
    case 'free':
      return `${host}: nobody manages it yet; the first act from here will say so. Nothing was changed.`
    case 'alive':
      return `${host}: left alone, for ${result.before.by ?? 'somebody'} acted on it ${Math.round(result.quietMs / 1000)} s ago and may still be at work. Nothing was changed. Let that run end, and try again after a minute of quiet.`
    case 'taken':
      return `${host}: taken over from ${result.before.from ?? 'a record that could not be read'}. What is recorded there as another owner's stays so, thing by thing, until it is adopted.`
  }
}
