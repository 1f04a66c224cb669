import { createHash } from 'node:crypto'
import { nameInUrn } from '../../domain/urn.ts'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { HostBatch } from '../../reconcile/batch.ts'
import { keptNowhere, type Script } from '../../reconcile/loaded-kind.ts'
import type { Complaint } from '../inputs.ts'

/**
 * `command:remote:Command` of `@pulumi/command`, over our own sessions, links and budgets. A person's own code: it is neither
 * observed nor guarded, the preview calls it unguarded, and after a lost reply it stays unknown until a person resolves it.
 */
export const commandType = 'command:remote:Command'

const inputs = z.looseObject({
  connection: z.looseObject({ host: z.string() }),
  create: z.string().optional(),
  update: z.string().optional(),
  delete: z.string().optional(),
  triggers: z.array(z.json()).optional(),
})

export type FreeCommand = z.infer<typeof inputs>

/** What the package offers and we don't: the inventory says how a host is reached, and values don't travel beside a free command. */
const refusedInputs = ['stdin', 'environment', 'addPreviousOutputInEnv'] as const
const refusedConnection = [
  'password',
  'privateKey',
  'privateKeyPassword',
  'agentSocketPath',
  'proxy',
] as const

export function commandComplaints(
  values: { readonly [key: string]: unknown },
  hosts: readonly string[],
): readonly Complaint[] {
  const parsed = inputs.safeParse(values)
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => ({
      property: issue.path.join('.'),
      reason: `${issue.message}. Nothing was changed.`,
    }))
  }
  const { connection } = parsed.data
  const refuse = (property: string, instead: string): Complaint => ({
    property,
    reason: `is not used by Chancery. Nothing was changed. ${instead}`,
  })
  return [
    ...(hosts.includes(connection.host)
      ? []
      : [
          {
            property: 'connection.host',
            reason: `expected the id of a host of this site (${hosts.join(', ') || 'it has none'}), got ${JSON.stringify(connection.host)}. Nothing was changed. The inventory says how it is reached.`,
          },
        ]),
    ...refusedConnection
      .filter((name) => connection[name] !== undefined)
      .map((name) =>
        refuse(`connection.${name}`, 'Leave it out: the inventory says how the host is reached.'),
      ),
    ...refusedInputs
      .filter((name) => parsed.data[name] !== undefined && parsed.data[name] !== false)
      .map((name) => refuse(name, 'Write what the command needs into the command.')),
  ]
}

export const readCommand = (values: { readonly [key: string]: unknown }): FreeCommand => inputs.parse(values)

/** Inputs that decide what runs; a change of triggers runs it anew as another one. */
export function commandDifference(
  before: FreeCommand,
  after: FreeCommand,
): { changed: readonly string[]; replaces: readonly string[] } {
  const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)
  const replaces = [
    ...(differs(before.triggers, after.triggers) ? ['triggers'] : []),
    ...(before.connection.host !== after.connection.host ? ['connection'] : []),
  ]
  const names = ['create', 'update', 'delete'] as const
  return { changed: [...names.filter((name) => differs(before[name], after[name])), ...replaces], replaces }
}

/** The text that an operation runs; undefined = nothing. */
export function textFor(operation: 'create' | 'update' | 'delete', command: FreeCommand): string | undefined {
  return operation === 'update' ? (command.update ?? command.create) : command[operation]
}

const scriptOf = (text: string): Script => ({ text, hash: createHash('sha256').update(text).digest('hex') })
const nothing = scriptOf(readFileSync(new URL('nothing.ps1', import.meta.url), 'utf8'))

/** How long a free command may take, ms. */
const limitMs = 30 * 60_000

/**
 * Runs it once; its text is kept in no file of the host. `secret`: what it printed, and the words of its errors, are told to nobody. A lost reply stays `unknown`: nothing on the host says whether it ran. */
export async function runCommand(
  batch: HostBatch,
  urn: string,
  text: string,
  secret: boolean,
  abort: AbortSignal,
): Promise<Result<{ readonly stdout: string; readonly warnings: readonly string[] }, Failure>> {
  const script = scriptOf(keptNowhere(text))
  const answer = await batch.request(
    {
      op: 'apply',
      key: `${commandType}|${urn}`,
      script: nothing.hash,
      params: {},
      expect: 'absent',
      own: null,
      steps: [{ name: 'command', script: script.hash, params: {}, keep: true }],
      limitMs,
    },
    [nothing, script],
    abort,
  )
  if (!answer.ok) return answer
  const reply = answer.value
  const base = { host: batch.host, resource: nameInUrn(urn) }
  if (reply.ok && reply.op === 'apply')
    return ok({
      stdout: (reply.out ?? []).join('\n'),
      warnings: secret ? reply.warnings.map(() => withheld) : reply.warnings,
    })
  if (!reply.ok && reply.why === 'error') {
    const { fqid, category, message } = reply.error
    // The id of an error that a script throws as a text is that text.
    const said = secret ? { fqid: withheld, message: withheld } : { fqid, message }
    return err({ kind: 'script', ...base, step: 'command', category, ...said })
  }
  const answered = secret ? withheld : JSON.stringify(reply).slice(0, 200)
  return err({
    kind: 'protocol',
    host: batch.host,
    detail: `a free command was answered with ${answered}`,
  })
}

const withheld = '(withheld: the text of the command is secret)'
