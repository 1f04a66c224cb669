import { resolve } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { type Context, defineCommand, type Globals, UsageError } from '../command.ts'
import type { Check } from '../doctor/check.ts'

export const doctor = defineCommand({
  usage: 'doctor [site] [host]',
  about: 'Examines the hosts of a site without changing them, and says what to repair',
  examples: [
    ['doctor beirut', 'every host of the site'],
    ['doctor beirut --json', 'for a program, with what each host answered'],
    ['doctor beirut --deep', 'does Windows do what scripts and lab assume of it? Exit code 4 if not'],
    ['doctor --script > chancery-doctor.ps1', 'the same questions for a host that SSH does not reach'],
    ['doctor --facts facts.json', 'judges what that script printed'],
  ],
  positionals: {
    site: { type: 'string', describe: 'Site id' },
    host: { type: 'string', describe: 'Host id; none = every host of the site' },
  },
  options: {
    deep: { type: 'boolean', default: false, describe: 'Ask whether each assumption about Windows holds' },
    script: {
      type: 'boolean',
      default: false,
      describe: 'Print the questions as one script to run on a host, and reach none',
    },
    facts: { type: 'string', requiresArg: true, describe: 'File with what that script printed' },
  },
  run: async (args, context) => {
    if (args.script && args.facts !== undefined)
      throw new UsageError('doctor: expected either --script or --facts, got both. Leave one out.')
    if ((args.script || args.facts !== undefined) && args.site !== undefined)
      throw new UsageError(
        `doctor: expected no site beside --${args.script ? 'script' : 'facts'}, which reaches no host, got ${args.site}. Leave one of both out.`,
      )
    if (args.script || args.facts !== undefined) return withoutHost(args, context)
    const { site } = args
    if (site === undefined)
      throw new UsageError('doctor: expected the id of a site, got none. Name one, or ask for --script.')
    const [
      { openInventory, hostsOf },
      { linkFolder, managedFrom },
      { leaseWords },
      { atHosts },
      { examine },
      { judge, worst },
      { table },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../links/machine-folder.ts'),
      import('../links/lease-place.ts'),
      import('../run/at-hosts.ts'),
      import('../doctor/examine.ts'),
      import('../doctor/judge.ts'),
      import('../view/table.ts'),
    ])
    const { output } = context
    const estate = await openInventory(args, context)
    const chosen = await hostsOf(estate, site, args.host)
    return atHosts(estate, context, async ({ fleet, interrupts }) => {
      output.note(`Examining ${chosen.hosts.map(({ id }) => id).join(', ')} …`)
      if (args.deep) {
        const { examineAll, answerDeep } = await import('../doctor/deep/run.ts')
        const reports = await examineAll(chosen.hosts, fleet, systemClock, interrupts.first)
        const code = answerDeep(reports, output)
        return interrupts.level > 0 ? exitCode.interrupted : code
      }
      const findings = await Promise.all(
        chosen.hosts.map(async (host) => {
          const from = managedFrom(estate)
          const found = await examine(
            chosen.site,
            host,
            fleet.port(host.id),
            systemClock,
            from,
            interrupts.first,
          )
          if (!found.exchange.ok) return found
          const where = leaseWords(estate, linkFolder(estate, context.env))
          return { ...found, leases: { where, store: await fleet.leaseStore() } }
        }),
      )
      const examined = findings.map((found) => ({ host: found.host, checks: judge(found), findings: found }))
      output.answer(
        examined.map((host) => ({ ...host, verdict: worst(host.checks) })),
        () =>
          examined
            .map(({ host, checks }) => {
              const columns = [
                { title: host, cell: ({ name }: Check) => name },
                { title: 'verdict', cell: ({ verdict }: Check) => verdict },
                { title: 'found', cell: ({ found }: Check) => found, wrapTo: 16 },
                ...(checks.some(({ fix }) => fix !== '')
                  ? [{ title: 'what to do', cell: ({ fix }: Check) => fix, wrapTo: 16 }]
                  : []),
              ]
              return table<Check>(columns, checks, output.width)
            })
            .join('\n\n'),
      )
      if (interrupts.level > 0) return exitCode.interrupted
      return examined.some(({ checks }) => worst(checks) === 'fail') ? exitCode.failed : exitCode.done
    })
  },
})

/** What needs no session: the script itself, and what it printed elsewhere. */
async function withoutHost(
  args: Globals & { readonly script: boolean; readonly facts: string | undefined },
  { output, cwd }: Context,
): Promise<number> {
  if (args.facts === undefined) {
    const { wholeScript } = await import('../doctor/deep/scripts.ts')
    const script = wholeScript()
    output.answer({ script }, () => script)
    return exitCode.done
  }
  const [{ readFacts }, { answerDeep, reportOf }] = await Promise.all([
    import('../doctor/deep/facts-file.ts'),
    import('../doctor/deep/run.ts'),
  ])
  const facts = readFacts(resolve(cwd, args.facts))
  if (!facts.ok) throw new UsageError(`--facts: ${facts.error}`)
  return answerDeep([reportOf(facts.value)], output)
}
