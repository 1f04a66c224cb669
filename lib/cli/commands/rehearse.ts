import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { type Context, defineCommand, type Globals, UsageError } from '../command.ts'

/** Commands that are about this machine alone, or start a lab themselves. */
const pointless = new Set(['rehearse', 'lab', 'completion', 'schema'])

export const rehearse = defineCommand({
  usage: 'rehearse <command..>',
  about: 'Runs a command against copies of its sites in the lab, as they were seen last; reaches no host',
  examples: [
    ['rehearse up beirut --yes', 'what up would do to Beirut as it was seen last'],
    ['rehearse --no-delay preview', 'every site, on links that cost nothing'],
    ['rehearse --fault beirut-hv1:drop-after-act up beirut --yes', 'the same with a lost answer'],
    ['rehearse my-runbook.ts beirut', 'a runbook with its arguments'],
  ],
  positionals: {
    command: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'A command with its options, or the path of a runbook',
    },
  },
  options: {
    'no-delay': { type: 'boolean', default: false, describe: 'Links without delay and of any rate' },
    fault: {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'HOST:NAME[:ARG], as lab up takes it',
    },
  },
  run: async (args, context) => {
    const [
      { openInventory },
      { parseFault },
      { opened },
      { rehearse: run, isRunbook },
      { rehearsalText },
      { interruptsOf },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../../lab/faults.ts'),
      import('../rehearse/words.ts'),
      import('../rehearse/index.ts'),
      import('../rehearse/text.ts'),
      import('../signals.ts'),
    ])
    const words = opened(args.command)
    const runbook = isRunbook(words[0]!, context.cwd)
    const faults = args.fault.map((text) => {
      const parsed = parseFault(text)
      if (!parsed.ok) throw new UsageError(parsed.error)
      return parsed.value
    })
    const asked = runbook ? noArguments : await read(words, context)
    const inventory = asked.inventory ?? args.inventory
    const estate = await openInventory({ ...args, inventory }, context)
    const { chooseSites } = await import('../inventory.ts')
    const sites = await chooseSites(estate, asked.sites)
    const stray = faults.find(({ host }) => !sites.some(({ hosts }) => hosts.some(({ id }) => id === host)))
    if (stray !== undefined)
      throw new UsageError(
        `--fault: expected a host of the rehearsed sites (${sites.flatMap(({ hosts }) => hosts.map(({ id }) => id)).join(', ')}), got ${stray.host}`,
      )
    const interrupts = interruptsOf(process, systemClock)
    const { output } = context
    try {
      const ended = await run({
        estate,
        sites,
        words: runbook ? words : forwarded(withoutInventory(words), args),
        runbook,
        program: asked.program,
        delay: !args.noDelay,
        faults,
        cwd: context.cwd,
        env: context.env,
        clock: systemClock,
        interrupts,
        note: output.note,
        ready: (rehearsed) => output.note(rehearsalText(words, rehearsed, systemClock.now())),
      })
      if (!ended.ok) {
        output.complain(`chancery: ${ended.error}`)
        return exitCode.failed
      }
      output.note(
        `Rehearsal: over, exit code ${ended.value}. No host was reached; inventory, state and known keys are as before.`,
      )
      return ended.value
    } finally {
      interrupts.release()
    }
  },
})

type Asked = {
  readonly sites: readonly string[]
  readonly inventory: string | undefined
  readonly program: string | undefined
}

const noArguments: Asked = { sites: [], inventory: undefined, program: undefined }

/** What the rehearsed command line says of sites, inventory and program. */
async function read(words: readonly string[], context: Context): Promise<Asked> {
  const { argumentsOf } = await import('../program.ts')
  const found = await argumentsOf(words, context)
  if (found === undefined)
    throw new UsageError(
      `rehearse: expected a command to run, got ${words.join(' ')}. Ask for its help without rehearse.`,
    )
  if (pointless.has(found.command))
    throw new UsageError(
      `rehearse: ${found.command} reaches no host, so there is nothing to rehearse. Run it as it is.`,
    )
  const named = (name: string): readonly string[] => {
    const value: unknown = Reflect.get(found.args, name)
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
  }
  return {
    sites: [...named('site'), ...named('selector'), ...named('select')],
    inventory: found.args.inventory,
    program: named('program')[0],
  }
}

/** The rehearsal has an inventory of its own. */
const withoutInventory = (words: readonly string[]): readonly string[] =>
  words.filter(
    (word, at) =>
      word !== '--inventory' && !word.startsWith('--inventory=') && words[at - 1] !== '--inventory',
  )

/** `rehearse --json up` asks for what `rehearse up --json` does. */
const forwarded = (words: readonly string[], { json, quiet }: Globals): readonly string[] => [
  ...words,
  ...(json && !words.includes('--json') ? ['--json'] : []),
  ...(quiet && !words.includes('--quiet') ? ['--quiet'] : []),
]
