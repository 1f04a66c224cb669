/** How one site ended. Every run of several sites ends with one of these a site, and with nothing else. */
export type SiteOutcome = 'done' | 'failed' | 'unreachable' | 'deferred'

/** Exit codes of the command line, documented in the README. */
export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachableOrDeferred: 3,
  differences: 4,
  interrupted: 130,
} as const
