import { createHash } from 'node:crypto'
import { nameInUrn } from '../../domain/urn.ts'
import type { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Complaint } from '../inputs.ts'
import type { Difference, Outcome, ResourceCalls, Struct } from '../calls.ts'
import { recordDifference } from '../difference.ts'
import { type StateOnly, stateOnlyOf } from '../../reconcile/secrecy.ts'
import type { CommandWord } from './command-words.ts'
import type { StackRun } from '../stack-run.ts'
import { unknownValue, unwrap, wrap } from '../wire-values.ts'
import {
  commandComplaints,
  commandDifference,
  type FreeCommand,
  readCommand,
  runCommand,
  textFor,
} from './free-command.ts'

type Operation = 'create' | 'update' | 'delete'

export const commandCalls = (run: StackRun, urn: string): ResourceCalls => ({
  // Its text is withheld as a whole: of what a secret part of it is, nobody knows.
  check: (news) => ({ complaints: checkCommand(run, news), inputs: news }),
  diff: async (olds, news) => ok(diffCommand(olds, news)),
  mutate: async (operation, preview, olds, news) => {
    if (operation === 'update' && sameTexts(olds, news)) return ok(keepCommand(run, preview, urn, olds, news))
    return preview ? ok(foreseeCommand(run, operation, urn, news)) : performCommand(run, operation, urn, news)
  },
  // Nothing of a free command can be looked at: the state says what it printed.
  read: async (olds) => ok({ id: urn, properties: olds }),
})

const checkCommand = (run: StackRun, news: Struct): readonly Complaint[] =>
  commandComplaints(withoutUnknown(news), run.options.hosts)

function diffCommand(olds: Struct, news: Struct): Difference {
  const { changed, replaces } = commandDifference(
    readCommand(withoutUnknown(olds)),
    readCommand(withoutUnknown(news)),
  )
  if (changed.length === 0) {
    const record = recordOf(olds, news)
    return record === undefined ? { changes: 'none' } : recordDifference(record)
  }
  return {
    changes: 'some',
    replaces,
    properties: changed.map((property) => ({
      property,
      replace: replaces.includes(property),
      kind: 'update',
    })),
  }
}

const sameTexts = (olds: Struct, news: Struct): boolean =>
  commandDifference(readCommand(withoutUnknown(olds)), readCommand(withoutUnknown(news))).changed.length === 0

/** Texts that are secret now and were not, or the other way round. */
function recordOf(olds: Struct, news: Struct): StateOnly | undefined {
  const [before, after] = [unwrap(olds).secrets, unwrap(news).secrets]
  const both = ['create', 'update', 'delete', 'triggers'].filter((name) => name in olds && name in news)
  return stateOnlyOf(
    both.filter((name) => after.has(name) && !before.has(name)),
    both.filter((name) => before.has(name) && !after.has(name)),
  )
}

/** Its texts are what they were, but kept otherwise: nothing runs, and what it printed stays what it is. */
function keepCommand(run: StackRun, preview: boolean, urn: string, olds: Struct, news: Struct): Outcome {
  const command = readCommand(withoutUnknown(news))
  const { host } = command.connection
  const resource = nameInUrn(urn)
  if (preview) {
    const record = recordOf(olds, news)
    const digest = digestOf('update', command)
    const announced = { operation: 'update', urn, host, digest, runs: false } as const
    run.options.book.announce(record === undefined ? announced : { ...announced, record })
  } else run.options.emit({ kind: 'resource', host, resource, result: 'same' })
  const { stdout, stderr } = unwrap(olds).values
  const printed = { stdout: stdout ?? '', stderr: stderr ?? '' }
  return { id: `${host}|${resource}`, properties: { ...news, ...printedOf(printed, news) } }
}

/** What a secret text prints may be secret too. A connection always is: it may hold a password elsewhere. */
const hasSecretText = (news: Struct): boolean =>
  [...unwrap(news).secrets].some((name) => name !== 'connection')

const printedOf = (printed: JsonObject, news: Struct): Struct =>
  wrap(printed, new Set(hasSecretText(news) ? ['stdout'] : []))

/** Writes the book: what will run, on which host. A removal is announced by whoever hears of it from the engine. */
export function announceCommand(run: StackRun, operation: Operation, urn: string, inputs: Struct): void {
  const command = readCommand(withoutUnknown(inputs))
  const word = run.options.commands?.of(urn)
  const { host } = command.connection
  const runs = textFor(operation, command) !== undefined
  run.options.book.announce({
    ...{ operation, urn, host, digest: digestOf(operation, command), runs: runs && word?.what !== 'done' },
    ...(word?.what === 'done' && { said: `does not run again, for it was done: ${word.because}` }),
    ...(word?.what === 'unknown' && { failure: unresolved(host, urn, word) }),
  })
}

/** Of an act before this one nobody knows whether it happened: until a person says, none follows. */
const unresolved = (host: string, urn: string, { because, fix }: Unknown): Failure => ({
  kind: 'refused',
  host,
  resource: `Command ${nameInUrn(urn)}`,
  rule: 'outcome-unknown',
  because,
  fix,
})

type Unknown = Extract<CommandWord, { what: 'unknown' }>

/** In a preview: announces it. Its output is not known before it ran. */
function foreseeCommand(run: StackRun, operation: Operation, urn: string, news: Struct): Outcome {
  announceCommand(run, operation, urn, news)
  return { id: '', properties: { ...news, stdout: unknownValue, stderr: unknownValue } }
}

/** Runs it, if the preview announced the very same. */
async function performCommand(
  run: StackRun,
  operation: Operation,
  urn: string,
  news: Struct,
): Promise<Result<Outcome, Failure>> {
  const command = readCommand(withoutUnknown(news))
  const { host } = command.connection
  const resource = nameInUrn(urn)
  const fail = (said: Failure): Result<Outcome, Failure> => {
    const failure = run.told(said)
    run.failures.set(urn, failure)
    run.options.emit({ kind: 'resource', host, resource, result: failure })
    return err(failure)
  }
  if (run.stopped.signal.aborted) return fail({ kind: 'interrupted', host })
  if (
    run.options.phase === 'apply' &&
    run.options.book.command(operation, urn)?.digest !== digestOf(operation, command)
  ) {
    const because = `no such ${operation} of it was previewed`
    return fail({
      kind: 'refused',
      host,
      resource,
      rule: 'previewed-is-what-runs',
      because,
      fix: 'Preview again.',
    })
  }
  const word = run.options.commands?.of(urn)
  if (word?.what === 'unknown') return fail(unresolved(host, urn, word))
  if (word !== undefined) run.options.commands?.use(urn)
  const text = word?.what === 'done' ? undefined : textFor(operation, command)
  const secret = hasSecretText(news)
  const ran =
    text === undefined
      ? ok({ stdout: '', warnings: [] })
      : await runCommand(run.options.batch(host), urn, text, secret, run.stopped.signal)
  if (!ran.ok) return fail(ran.error)
  for (const message of run.told(ran.value.warnings))
    run.options.emit({ kind: 'warning', host, resource, message })
  run.options.emit({ kind: 'resource', host, resource, result: text === undefined ? 'same' : 'done' })
  const printed = { stdout: ran.value.stdout, stderr: '' }
  return ok({
    id: `${host}|${resource}`,
    properties: { ...news, ...printedOf(printed, news) },
  })
}

const digestOf = (operation: Operation, command: FreeCommand): string =>
  createHash('sha256')
    .update(JSON.stringify([command.connection.host, textFor(operation, command) ?? null]))
    .digest('hex')

/** Plain values; a leaf that is not known yet counts as absent. */
function withoutUnknown(struct: Struct): { readonly [key: string]: unknown } {
  return JSON.parse(JSON.stringify(unwrap(struct).values), (_key, value: unknown) =>
    value === unknownValue ? undefined : value,
  ) as { readonly [key: string]: unknown }
}
