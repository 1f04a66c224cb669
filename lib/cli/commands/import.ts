import { systemClock } from '../../domain/clock.ts'
import { defineCommand } from '../command.ts'
import { backupOption, patienceOption, rolloutOption, windowOptions } from '../options.ts'

export const importCommand = defineCommand({
  usage: 'import <site> [host]',
  about:
    'Lists what exists on the hosts of a site, writes the lines that declare it, and takes over what is picked',
  examples: [
    ['import beirut', 'what exists there, and whose it is; changes nothing'],
    ["import beirut --pick 'VirtualMachine fs1' --out stacks/beirut.ts", 'takes one machine over'],
    ['import beirut --pick all --yes', 'everything that is nobody’s'],
    ["import beirut --pick all --yes --now --reason 'audit today'", 'outside its window; listing needs none'],
    ['import beirut --kind windows:Service', 'services too, with those that Windows brings'],
    ['import beirut --path C:\\Scripts', 'the files of a folder'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'Site id' },
    host: { type: 'string', describe: 'Host id; none = every host of the site' },
  },
  options: {
    program: {
      type: 'string',
      defaultDescription: 'mission, or the rollout’s',
      requiresArg: true,
      describe: 'Program of stacks/, or the path of one, whose stack takes it over',
    },
    kind: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'all but services',
      requiresArg: true,
      describe: 'Kinds to list (virtual-machine, hyperv:VirtualMachine), with what Windows brings of them',
    },
    path: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'A file on the host, or a folder whose files are listed',
    },
    pick: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'What to take over: a title or number of the list, all, or interactive to be asked',
    },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'File for the program lines; none = standard output',
    },
    'take-from': {
      type: 'string',
      requiresArg: true,
      describe: 'URN or backend of an owner that is no more: what is picked is taken from it',
    },
    yes: { type: 'boolean', default: false, describe: 'Take over without asking' },
    ...rolloutOption,
    ...windowOptions,
    ...backupOption,
    ...patienceOption,
  },
  run: async (args, context) => {
    const { runImport } = await import('../import/run.ts')
    return runImport(args, context, systemClock)
  },
})
