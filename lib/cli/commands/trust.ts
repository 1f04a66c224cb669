import { describeFailure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Host } from '../../domain/site.ts'
import { defineCommand, UsageError } from '../command.ts'

/** What became of one host. */
type Trust = {
  readonly host: string
  readonly state: 'pinned' | 'already-pinned' | 'not-confirmed' | 'other-key' | 'unreachable' | 'failed'
  readonly type?: string
  readonly fingerprint?: string
  readonly because?: string
}

export const trust = defineCommand({
  usage: 'trust <site> [host]',
  about: 'Shows the key of a host for comparison, and pins it once a person confirms it',
  examples: [
    ['trust beirut', 'every host of the site, one after the other'],
    ['trust beirut beirut-hv1 --fingerprint SHA256:…', 'compares by itself, for a script'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'Site id' },
    host: { type: 'string', describe: 'Host id; none = every host of the site' },
  },
  options: {
    fingerprint: {
      type: 'string',
      requiresArg: true,
      describe: 'Pin the key of the one host if it has this fingerprint (SHA256:…), as read on its console',
    },
  },
  run: async (args, context) => {
    const [{ openInventory, hostsOf }, { atHosts }, { canAsk, askLine }, { judgeKey, pinIn }] =
      await Promise.all([
        import('../inventory.ts'),
        import('../run/at-hosts.ts'),
        import('../ask.ts'),
        import('../trust-key.ts'),
      ])
    const { output } = context
    if (args.fingerprint !== undefined && !/^SHA256:[A-Za-z0-9+/]{43}$/.test(args.fingerprint))
      throw new UsageError(
        `--fingerprint: expected SHA256: and 43 letters and digits, as ssh-keygen -lf prints it, got "${args.fingerprint}". Nothing was pinned.`,
      )
    const estate = await openInventory(args, context)
    const { hosts } = await hostsOf(estate, args.site, args.host)
    if (args.fingerprint === undefined && !canAsk(context))
      throw new UsageError(
        'trust: nobody is there to compare, for standard input is no terminal. Nothing was pinned. Name the fingerprint with --fingerprint.',
      )
    if (args.fingerprint !== undefined && hosts.length > 1)
      throw new UsageError(
        `trust: a fingerprint is one host's, and ${args.site} has ${hosts.length}. Name the host.`,
      )

    return atHosts(estate, context, async ({ fleet, interrupts }) => {
      const results: Trust[] = []

      const settle = async (host: Host): Promise<Trust> => {
        const shown = await fleet.hostKey(host.id)
        if (!shown.ok) {
          const state = shown.error.kind === 'unreachable' ? 'unreachable' : 'failed'
          return { host: host.id, state, because: describeFailure(shown.error) }
        }
        const { type, fingerprint, blob } = shown.value
        const base = { host: host.id, type, fingerprint }
        const before = judgeKey(estate.knownHosts, host, blob)
        if (before.state === 'pinned') return { ...base, state: 'already-pinned' }
        if (args.fingerprint !== undefined) {
          if (args.fingerprint !== fingerprint)
            return {
              ...base,
              state: 'other-key',
              because: `expected ${args.fingerprint}. Nothing was pinned.`,
            }
        } else {
          context.stderr.write(
            [
              `${host.id} at ${host.address}, port ${host.port}, shows this key:`,
              `  ${type} ${fingerprint}`,
              ...(before.state === 'other'
                ? [
                    `  Pinned so far: ${before.pinned.join(' or ')}. A changed key is a re-installed host, or another one in between.`,
                  ]
                : []),
              'Compare it with the console of the host: ssh-keygen -lf %ProgramData%\\ssh\\ssh_host_ed25519_key.pub',
              '',
            ].join('\n'),
          )
          const answer = await askLine(
            `If it is the same, type the host's id (${host.id}) to pin it: `,
            context,
            interrupts.first,
          )
          if (answer !== host.id) return { ...base, state: 'not-confirmed', because: 'Nothing was pinned.' }
        }
        const pinned = pinIn(estate.knownHosts, host, blob)
        return pinned.ok
          ? { ...base, state: 'pinned' }
          : {
              ...base,
              state: 'failed',
              because: `${estate.knownHosts}: ${pinned.error}. Nothing was pinned.`,
            }
      }

      for (const host of hosts) {
        if (interrupts.level > 0) break
        const result = await settle(host)
        results.push(result)
        if (!output.json) output.note(sentence(result))
      }
      output.answer(results, () => '')
      if (interrupts.level > 0) return exitCode.interrupted
      if (results.every(({ state }) => state === 'pinned' || state === 'already-pinned')) return exitCode.done
      return results.some(
        ({ state }) => state !== 'unreachable' && state !== 'pinned' && state !== 'already-pinned',
      )
        ? exitCode.failed
        : exitCode.unreachableOrDeferred
    })
  },
})

function sentence({ host, state, type, fingerprint, because }: Trust): string {
  const words = {
    pinned: 'pinned',
    'already-pinned': 'pinned already',
    'not-confirmed': 'not confirmed',
    'other-key': 'another key',
  } as const
  if (state === 'unreachable' || state === 'failed') return because ?? `${host}: ${state}`
  return `${host}: ${words[state]}: ${type} ${fingerprint}${because === undefined ? '' : `; ${because}`}`
}
