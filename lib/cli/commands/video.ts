import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'

export const video = defineCommand({
  usage: 'video <site> <state>',
  about:
    'Says that live video uses a link, or no more; whatever runs on this machine follows within a second',
  examples: [
    ['video beirut on', 'what the inventory leaves beside live video, until it is switched off'],
    ['video beirut on --at-most 32 --until 17:30', 'less, until half past five in Beirut'],
    ['video beirut off', 'as the timetable and the conference system say'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'id of the site' },
    state: {
      type: 'string',
      choices: ['on', 'off'],
      demandOption: true,
      describe: 'on: live video runs; off: it was only this command that said so',
    },
  },
  options: {
    'at-most': {
      type: 'number',
      requiresArg: true,
      describe: 'Rate that is left for Chancery, kbit/s [default: of the inventory]',
    },
    until: {
      type: 'string',
      requiresArg: true,
      describe: 'HH:MM or YYYY-MM-DDTHH:MM, site’s own time [default: until off]',
    },
  },
  run: async (args, context) => {
    const [{ openInventory, oneSite }, { linkFolder }, { operatorOf }, { parseUntil, switchVideo }] =
      await Promise.all([
        import('../inventory.ts'),
        import('../links/machine-folder.ts'),
        import('../operator.ts'),
        import('../links/switch-video.ts'),
      ])
    const estate = await openInventory(args, context)
    const site = await oneSite(estate, 'video', args.site)
    const now = systemClock.now()
    if (args.state === 'off' && (args.atMost !== undefined || args.until !== undefined))
      throw new UsageError('video off: expected neither --at-most nor --until. Leave them out.')
    const atMost = args.atMost ?? site.link.video?.atMostKbitPerS
    if (atMost === undefined)
      throw new UsageError(
        `--at-most: expected a rate in kbit/s, got none, and the inventory says none for ${site.id}. Add --at-most, or video to its link class.`,
      )
    if (!(Number.isInteger(atMost) && atMost > 0))
      throw new UsageError(
        `--at-most: expected a whole number > 0, got ${args.atMost}. Write 64, for example.`,
      )
    const until = args.until === undefined ? undefined : parseUntil(args.until, site.timeZone, now)
    if (until !== undefined && !until.ok) throw new UsageError(`--until: ${until.error}`)
    const folder = linkFolder(estate, context.env)
    if (!folder.ok) {
      context.output.complain(
        `chancery: video: ${folder.error}. Nothing was switched. Set CHANCERY_MACHINE_FOLDER.`,
      )
      return exitCode.failed
    }
    const told = switchVideo({
      folder: folder.value,
      site,
      now,
      by: operatorOf(context.env),
      on: args.state === 'on' ? { atMostKbitPerS: atMost, until: until?.value ?? null } : undefined,
    })
    if (!told.ok) {
      context.output.complain(`chancery: ${told.error}`)
      return exitCode.failed
    }
    context.output.answer(told.value.json, () => told.value.text)
    return exitCode.done
  },
})
