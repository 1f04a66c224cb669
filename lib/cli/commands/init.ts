import { systemClock } from '../../domain/clock.ts'
import { defineCommand } from '../command.ts'

/** An option for a question: asked for where it is not given. */
const answer = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const

export const init = defineCommand({
  usage: 'init [folder]',
  about: 'Makes a new organisation by asking: inventory, state backend, passphrase, the first site',
  examples: [
    ['init', 'asks, tries the backend, and writes inventories/<organisation>'],
    ['init --state postgres://chancery@db.example.org/states', 'asks for the rest'],
    ['init ../agency --no-check', 'another folder; the backend is not tried'],
  ],
  positionals: {
    folder: { type: 'string', describe: 'New or empty folder; none = inventories/<organisation>' },
  },
  options: {
    organisation: answer('Id of the organisation'),
    state: answer('Where states live: folder, or a URL that operators share (postgres://, s3://, …)'),
    passphrase: answer('Where the passphrase of their secrets is: environment, or a file'),
    'make-passphrase': {
      choices: ['yes', 'no'],
      requiresArg: true,
      describe: 'Make a strong one where that file is not there yet (never over one that is)',
    },
    account: answer('Account on the hosts'),
    key: answer('Private key to log in with: agent, or a file'),
    port: answer('Port of SSH on the hosts'),
    site: answer('Id of the first site'),
    'site-name': answer('Its name'),
    country: answer('Its country, ISO 3166-1 alpha-2'),
    'time-zone': answer('Its IANA time zone'),
    users: answer('How many people work there'),
    link: answer('Its link: satellite, terrestrial or lan'),
    'kbit-per-s': answer('What the link carries, kbit/s'),
    'rtt-ms': answer('Round trip to the site and back, ms'),
    address: answer('Address of its host'),
    'no-check': { type: 'boolean', default: false, describe: 'Leave the backend untried' },
  },
  run: async (args, context) => {
    const [{ init: make }, { canAsk, askLine }, { interruptsOf }] = await Promise.all([
      import('../init/index.ts'),
      import('../ask.ts'),
      import('../signals.ts'),
    ])
    const interrupts = interruptsOf(process, systemClock)
    try {
      return await make({
        folder: args.folder,
        given: {
          organisation: args.organisation,
          state: args.state,
          passphrase: args.passphrase,
          account: args.account,
          key: args.key,
          port: args.port,
          site: args.site,
          'site-name': args['site-name'],
          country: args.country,
          'time-zone': args['time-zone'],
          users: args.users,
          link: args.link,
          'kbit-per-s': args['kbit-per-s'],
          'rtt-ms': args['rtt-ms'],
          address: args.address,
        },
        makePassphrase: args['make-passphrase'] === undefined ? undefined : args['make-passphrase'] === 'yes',
        check: !args['no-check'],
        cwd: context.cwd,
        env: context.env,
        output: context.output,
        width: context.stderr.isTTY === true ? context.stderr.columns : undefined,
        abort: interrupts.first,
        ...(canAsk(context) && { ask: (question: string) => askLine(question, context, interrupts.first) }),
      })
    } finally {
      interrupts.release()
    }
  },
})
