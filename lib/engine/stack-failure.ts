import { foreignStateText } from '../domain/organisation-mark.ts'
import { nameInUrn } from '../domain/urn.ts'

/** Who holds a stack's lock, as the engine wrote it down. Informational: nothing renews it. */
export type LockHolder = {
  readonly user: string
  readonly host: string
  readonly pid: number
  /** RFC 3339. */
  readonly since: string
}

export type FailedResource = { readonly urn: string; readonly message: string }

/** How a run of the engine may end that isn't success. */
export type StackFailure =
  /** Somebody else is at this stack; nothing was done. */
  | {
      readonly kind: 'locked'
      /** With organisation and project, as the engine takes it from anywhere. */
      readonly stack: string
      /** Passwords in a backend's URL are masked in every failure. */
      readonly backendUrl: string
      readonly holders: readonly LockHolder[]
    }
  /** The state can't be read or written; nothing was done to any host. */
  | {
      readonly kind: 'backend'
      readonly backendUrl: string
      readonly problem:
        | 'not-found'
        | 'not-writable'
        | 'passphrase'
        | 'torn'
        | 'full'
        | 'unreadable'
        | 'newer'
        | 'other-stack'
        | 'other'
      readonly detail: string
    }
  /** The state says that it is another organisation's; nothing was done. */
  | {
      readonly kind: 'other-organisation'
      readonly backendUrl: string
      readonly stack: string
      readonly expected: string
      readonly got: string
    }
  /** The program threw, or an output of it did. */
  | { readonly kind: 'program'; readonly message: string }
  /** These resources failed; the others went on. */
  | { readonly kind: 'resources'; readonly failed: readonly [FailedResource, ...FailedResource[]] }
  /**
   * A person stopped it. `terminated`: without waiting for what was in flight, whose outcome isn't known.
   * `failed`: resources that had failed, or did while it was being stopped.
   */
  | { readonly kind: 'interrupted'; readonly terminated: boolean; readonly failed: readonly FailedResource[] }
  /** Anything else that the engine complained about. */
  | { readonly kind: 'engine'; readonly message: string; readonly diagnostics: readonly string[] }

/** What to say to a person: what it is, what is so now, what to do. */
export function describeStackFailure(failure: StackFailure): string {
  switch (failure.kind) {
    case 'locked':
      return [
        `Stack ${failure.stack} is in use; nothing was done.`,
        ...failure.holders.map(
          ({ user, host, pid, since }) => `  Held by ${user} on ${host}, process ${pid}, since ${since}.`,
        ),
        `Wait for it to end. If that process is no more, run again on that machine, which clears its lock by itself; or, from anywhere: chancery unlock, which shows whose it is and asks before it clears it.`,
      ].join('\n')
    case 'backend':
      return `The state in ${failure.backendUrl} ${problemText[failure.problem]} (${failure.detail}). No host was touched. ${problemFix[failure.problem]}`
    case 'other-organisation':
      return `In ${failure.backendUrl} ${foreignStateText(failure.stack, failure.expected, failure.got)}`
    case 'program':
      return `The program failed: ${failure.message}\nNothing further was started. Correct it and run again.`
    case 'resources':
      return failure.failed.map(describeResource).join('\n')
    case 'interrupted':
      return [
        failure.terminated
          ? 'Stopped without waiting for what was in flight; the next run looks at it first.'
          : 'Stopped. What was in flight has ended, nothing new was started.',
        ...failure.failed.map(describeResource),
      ].join('\n')
    case 'engine':
      return [
        `The engine failed: ${failure.message}`,
        ...failure.diagnostics,
        'Run again: the hosts are looked at before anything else.',
      ].join('\n')
  }
}

const problemText = {
  'not-found': 'does not exist',
  'not-writable': "can't be written",
  passphrase: "can't be decrypted",
  torn: "can't be read, and nothing can take its place",
  full: 'has no room for what a run writes down',
  unreadable: 'is cut off, or no state at all',
  newer: 'was written by a newer Pulumi',
  'other-stack': 'is of another stack',
  other: "can't be used",
} as const

const problemFix = {
  'not-found': 'Create the folder, or correct the state backend in the inventory.',
  'not-writable': 'Give this account the right to write there.',
  passphrase:
    'Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to the file with the right one.',
  torn: 'Put a sound copy (a backup of that folder) in its place. Without any, move the torn file away and run again: the hosts are looked at, and what is ours there on their records and still declared is known again; what is not declared any more stays on the hosts.',
  full: 'Free some space there and run again.',
  unreadable:
    'The engine keeps the one before it beside it, with .bak at its end: compare, and put that in its place, or a backup.',
  newer: 'Update chancery, or use the version that wrote it.',
  'other-stack': 'Put the right one there, or correct the state backend in the inventory.',
  other: 'Correct it and run again.',
} as const

/** By the last part of its URN, which is its name. */
const describeResource = ({ urn, message }: FailedResource): string => `${nameInUrn(urn)}: ${message}`

/** `scheme://user:****@host` for each URL in the text that has a password. */
export const withoutPassword = (text: string): string =>
  text.replace(/(:\/\/[^\s/@:]*:)[^\s@]*(?=@)/g, '$1****')
