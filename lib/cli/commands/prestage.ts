import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'
import { deliveryOptions, rolloutOption, windowOptions } from '../options.ts'

export const prestage = defineCommand({
  usage: 'prestage <file..>',
  about:
    'Brings files to a site by courier: writes them with a manifest onto a disk, and has the hosts pick them up there',
  examples: [
    [
      'prestage agent.msi setup.iso --site beirut --out /media/disk/beirut',
      'here: write and verify the bundle',
    ],
    [
      'prestage agent.msi setup.iso --site beirut --pick-up D:\\beirut',
      'once the disk is there: the same files, from it',
    ],
    [
      'prestage agent.msi --site beirut --pick-up D:\\beirut --rollout mission-servers',
      'the same within the windows of a rollout',
    ],
  ],
  positionals: {
    file: { type: 'string', array: true, demandOption: true, describe: 'Files of this machine, of any size' },
  },
  options: {
    site: { type: 'string', demandOption: true, requiresArg: true, describe: 'Id of the site' },
    out: { type: 'string', requiresArg: true, describe: 'Folder of this machine to write the bundle into' },
    'pick-up': {
      type: 'string',
      requiresArg: true,
      describe: 'Folder on the host that holds the bundle; only questions and hashes cross the link',
    },
    host: deliveryOptions.host,
    rollout: {
      ...rolloutOption.rollout,
      describe:
        'With --pick-up: as part of this rollout of the inventory, within its windows; without, picking up is bound to none',
    },
    now: {
      ...windowOptions.now,
      describe: 'With --rollout: also outside its windows; needs --reason',
    },
    reason: windowOptions.reason,
  },
  run: async (args, context) => {
    if ((args.out === undefined) === (args.pickUp === undefined))
      throw new UsageError(
        `prestage: expected either --out FOLDER (here) or --pick-up FOLDER (on the host), got ${args.out === undefined ? 'neither' : 'both'}.`,
      )
    if (args.out !== undefined && args.rollout !== undefined)
      throw new UsageError(
        '--rollout: expected it beside --pick-up, got it beside --out, which reaches no site. Leave it out.',
      )
    if (args.now && args.rollout === undefined)
      throw new UsageError(
        '--now: expected it beside --rollout, got none: picking up is bound to no window otherwise. Leave it out.',
      )
    const { folderComplaint } = await import('../prestage/folder.ts')
    const complaint = args.pickUp === undefined ? undefined : folderComplaint(args.pickUp)
    if (complaint !== undefined) throw new UsageError(complaint)
    const [{ openInventory }, { sitesFor }, { pushFiles }, { writeFiles }, { leaveOf }] = await Promise.all([
      import('../inventory.ts'),
      import('../push/sites-for.ts'),
      import('../push/session.ts'),
      import('../prestage/write.ts'),
      import('../links/leave.ts'),
    ])
    const { reason } = leaveOf(args)
    const estate = await openInventory(args, context)
    const { sites, hosts, rollout } = await sitesFor(estate, 'prestage', {
      site: [args.site],
      select: [],
      host: args.host,
      rollout: args.rollout,
    })
    if (args.pickUp !== undefined) {
      const bring = { bundle: args.pickUp, anyTime: true }
      // Hardly anything crosses the link, so that the site's windows bind nothing; a rollout's say when its work may start.
      const rules = (site: string) => rollout?.rules.get(site) ?? []
      return pushFiles(
        estate,
        sites,
        {
          operation: 'prestage',
          files: args.file,
          name: undefined,
          hosts,
          wait: false,
          bring,
          leave: { ...(reason === undefined ? {} : { reason }), onBackup: true },
          rollout,
          rules,
        },
        context,
      )
    }
    const written = await writeFiles(args.file, { site: args.site, folder: args.out ?? '' }, context)
    if (!written.ok) {
      if (!written.error.tried) throw new UsageError(`prestage: ${written.error.because}`)
      context.output.complain(`chancery: prestage: ${written.error.because}`)
      return exitCode.failed
    }
    context.output.answer(written.value, () => written.value.text)
    return exitCode.done
  },
})
