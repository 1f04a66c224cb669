import { defineCommand, UsageError } from '../command.ts'
import { backupOption, deliveryOptions, rolloutOption, namedSites, windowOptions } from '../options.ts'

export const push = defineCommand({
  usage: 'push <file> [site..]',
  about:
    'Delivers a file ahead of time into the content stores of the hosts, in the bulk lane of each link; places and changes nothing',
  examples: [
    [
      'push packages/agent-2.1.msi beirut nairobi',
      'to every host of two sites; a later up with that source sends nothing',
    ],
    ['push agent.msi --select link=satellite --wait', 'behind every satellite, each once its window opens'],
    ["push fix.msu beirut --now --reason 'mail is down'", 'outside its window, with a reason that is kept'],
    ['push agent.msi --rollout mission-servers', 'to the sites of a rollout, within its windows too'],
    ['push build/setup.exe beirut --as agent', 'as a version of "agent", whatever the file is called'],
  ],
  positionals: {
    file: { type: 'string', demandOption: true, describe: 'File of this machine, of any size' },
    site: { ...namedSites, defaultDescription: 'those of --rollout; else they must be named, "*" is all' },
  },
  options: {
    ...deliveryOptions,
    as: {
      type: 'string',
      requiresArg: true,
      describe:
        'What its versions are known by; default the name of the file. Later versions cross as differences',
    },
    wait: {
      type: 'boolean',
      default: false,
      describe: 'Wait for a window that is closed, or for the primary line, instead of deferring the site',
    },
    ...windowOptions,
    ...backupOption,
    ...rolloutOption,
  },
  run: async (args, context) => {
    const [{ openInventory }, { sitesFor }, { pushFiles }, { leaveOf }] = await Promise.all([
      import('../inventory.ts'),
      import('../push/sites-for.ts'),
      import('../push/session.ts'),
      import('../links/leave.ts'),
    ])
    const leave = leaveOf(args)
    if (args.as?.trim() === '')
      throw new UsageError('--as: expected a name, got none. Leave it out for the name of the file.')
    const estate = await openInventory(args, context)
    const { sites, hosts, rollout } = await sitesFor(estate, 'push', args)
    const order = {
      operation: 'push' as const,
      files: [args.file],
      name: args.as,
      hosts,
      wait: args.wait,
      bring: {},
      leave,
      rollout,
    }
    return pushFiles(estate, sites, order, context)
  },
})
