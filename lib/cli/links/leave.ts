import { UsageError } from '../command.ts'

/** Leave that a person takes of windows and lines. `reason` undefined = windows bind. */
export type Leave = { readonly reason?: string; readonly onBackup: boolean }

/** The leave that the options ask for; `--now` and `--reason` come together. */
export function leaveOf(args: {
  readonly now?: boolean
  readonly reason?: string | undefined
  readonly onBackup?: boolean
}): Leave {
  const reason = args.reason?.trim() ?? ''
  if (args.now === true && reason === '')
    throw new UsageError(
      '--now: expected --reason beside it, got none. Say in a few words why the window can’t be waited for.',
    )
  if (args.now !== true && reason !== '')
    throw new UsageError('--reason: expected --now beside it, got none. Add --now, or leave the reason out.')
  return { ...(args.now === true ? { reason } : {}), onBackup: args.onBackup === true }
}
