import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import { type Context, defineCommand, type Globals, UsageError } from '../command.ts'

/** Commands that are about this machine alone, or start a lab themselves. */
const pointless = new Set(['rehearse', 'lab', 'completion', 'schema', 'sites', 'history', 'init'])

export const rehearse = defineCommand({
  usage: 'rehearse <command..>',
  about: 'Runs a command against copies of its sites in the lab, as they were seen last; reaches no host',
  examples: [
    ['rehearse up beirut --yes', 'what up would do to Beirut as it was seen last'],
    ['rehearse up --plan beirut.plan --yes', 'a saved plan, before the change board'],
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
    const { programMeant, sitesMeant } = await import('../rollout.ts')
    const held = asked.plan === undefined ? undefined : await planOf(asked, asked.plan, estate, context)
    const { sites, rollout } = held ?? (await sitesMeant(estate, asked.sites, asked.rollout))
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
        program:
          held?.program ?? (rollout === undefined ? asked.program : programMeant(asked.program, rollout)),
        delay: !args.noDelay,
        faults,
        cwd: context.cwd,
        env: context.env,
        clock: systemClock,
        interrupts,
        note: output.note,
        ready: (rehearsed) => {
          output.note(rehearsalText(words, rehearsed, systemClock.now()))
          if (held?.older !== undefined) output.note(held.older)
        },
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
  readonly command: string
  readonly sites: readonly string[]
  readonly inventory: string | undefined
  readonly program: string | undefined
  /** Id of the rollout that it is part of. */
  readonly rollout: string | undefined
  /** File of the saved plan that is to be carried out. */
  readonly plan: string | undefined
}

const noArguments: Asked = {
  command: '',
  sites: [],
  inventory: undefined,
  program: undefined,
  rollout: undefined,
  plan: undefined,
}

/** The sites and the program of a saved plan, which is read here as it is in the real run: what is wrong with it is told at once. */
async function planOf(asked: Asked, file: string, estate: Estate, context: Context) {
  const [{ openPlan }, { olderThanPlan }, { workRoot }] = await Promise.all([
    import('../plan/of-run.ts'),
    import('../rehearse/of-plan.ts'),
    import('../run/stacks.ts'),
  ])
  const args = { site: asked.sites, select: [], program: asked.program, rollout: asked.rollout }
  const by = asked.command === 'destroy' ? 'destroy' : 'up'
  const { plan, sites, program, rollout } = await openPlan(file, args, estate, context, by)
  return {
    sites,
    program,
    rollout,
    older: olderThanPlan(file, plan, sites, workRoot(context.cwd, context.env)),
  }
}

/** What the rehearsed command line says of sites, inventory and program. */
async function read(words: readonly string[], context: Context): Promise<Asked> {
  const found = await context.argumentsOf(words)
  if (found === undefined)
    throw new UsageError(
      `rehearse: expected a command to run, got ${words.join(' ')}. Ask for its help without rehearse.`,
    )
  if (pointless.has(found.command))
    throw new UsageError(
      `rehearse: ${found.command} reaches no host, so there is nothing to rehearse. Run it as it is.`,
    )
  if (found.command === 'plan')
    throw new UsageError(
      'rehearse: plan looks at the real hosts at most, and changes nothing. Run it as it is; to rehearse a plan: chancery rehearse up --plan FILE.',
    )
  const named = (name: string): readonly string[] => {
    const value: unknown = Reflect.get(found.args, name)
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
  }
  return {
    command: found.command,
    plan: named('plan')[0],
    rollout: named('rollout')[0],
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
