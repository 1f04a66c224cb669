/**
 * What the backend keeps with a run of the engine: lines that a person reads in `pulumi stack history`, and that `chancery history`
 * reads back. No value of a resource is among them.
 */
export type RunNote = {
  /** Id of the run, the same at each of its sites. */
  readonly run: string
  /** `up`, `destroy`, `refresh`. */
  readonly operation: string
  /** `alice@ops1`. */
  readonly by: string
  /** The plan that was carried out: its digest, and who saved it when; absent = the preview of this very run. */
  readonly plan?: string
  /** Id of the rollout that it was part of; absent = of none. */
  readonly rollout?: string
  /** Why a rule was overridden, in the person's words. */
  readonly reason?: string
  /** `create File motd on beirut-hv1`. */
  readonly changes: readonly string[]
}

const mostChanges = 40
const heading = /^chancery (\S+)$/

export function composeNote(note: RunNote): string {
  const shown = note.changes.slice(0, mostChanges)
  const hidden = note.changes.length - shown.length
  return [
    `chancery ${note.operation}`,
    `by: ${line(note.by)}`,
    ...(note.plan === undefined ? [] : [`plan: ${line(note.plan)}`]),
    ...(note.rollout === undefined ? [] : [`rollout: ${line(note.rollout)}`]),
    ...(note.reason === undefined ? [] : [`reason: ${line(note.reason)}`]),
    `run: ${note.run}`,
    ...shown.map((change) => `- ${line(change)}`),
    ...(hidden > 0 ? [`- and ${hidden} more`] : []),
  ].join('\n')
}

/** The note of a message; undefined when the run was not started by `chancery`. */
export function readNote(message: string): RunNote | undefined {
  const lines = message.split('\n')
  const operation = heading.exec(lines[0] ?? '')?.[1]
  const field = (name: string): string | undefined =>
    lines.find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2)
  const [by, run, plan, rollout, reason] = ['by', 'run', 'plan', 'rollout', 'reason'].map(field)
  if (operation === undefined || by === undefined || run === undefined) return undefined
  return {
    run,
    operation,
    by,
    ...(plan === undefined ? {} : { plan }),
    ...(rollout === undefined ? {} : { rollout }),
    ...(reason === undefined ? {} : { reason }),
    changes: lines.filter((each) => each.startsWith('- ')).map((each) => each.slice(2)),
  }
}

/** One line: what would break it becomes a blank. */
const line = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f\u2028\u2029]+/g, ' ').trim()
