import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'
import { deliveryOptions } from '../options.ts'

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
  },
  run: async (args, context) => {
    if ((args.out === undefined) === (args.pickUp === undefined))
      throw new UsageError(
        `prestage: expected either --out FOLDER (here) or --pick-up FOLDER (on the host), got ${args.out === undefined ? 'neither' : 'both'}.`,
      )
    const [{ openInventory }, { sitesFor }, { pushFiles }, { writeFiles }] = await Promise.all([
      import('../inventory.ts'),
      import('../push/sites-for.ts'),
      import('../push/session.ts'),
      import('../prestage/write.ts'),
    ])
    const estate = await openInventory(args, context)
    const { sites, hosts } = await sitesFor(estate, 'prestage', {
      site: [args.site],
      select: [],
      host: args.host,
    })
    if (args.pickUp !== undefined) {
      const bring = { bundle: args.pickUp, anyTime: true }
      return pushFiles(
        estate,
        sites,
        {
          files: args.file,
          name: undefined,
          hosts,
          wait: false,
          bring,
          leave: { onBackup: true },
          rollout: undefined,
        },
        context,
      )
    }
    const written = await writeFiles(args.file, { site: args.site, folder: args.out ?? '' }, context)
    if (!written.ok) throw new UsageError(written.error)
    context.output.answer(written.value, () => written.value.text)
    return exitCode.done
  },
})
