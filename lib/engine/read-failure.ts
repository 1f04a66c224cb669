import { plain, rootStackType, type EngineEvent } from './engine-event.ts'
import { withoutPassword, type FailedResource, type LockHolder, type StackFailure } from './stack-failure.ts'

/** All that is known of a run of the engine that didn't end with 0. */
export type FailedRun = {
  readonly project: string
  readonly stack: string
  readonly backendUrl: string
  readonly stderr: string
  readonly events: readonly EngineEvent[]
  /** What the program threw. */
  readonly thrown: string | undefined
  readonly interruptLevel: 0 | 1 | 2
}

/** Exit code of the engine for a stack that is not in the backend. */
export const stackNotFound = 6

/** Says what a failed run was, from the engine's own words. The engine's version is pinned; so are these. */
export function readFailure(run: FailedRun): StackFailure {
  const stderr = plain(run.stderr)
  if (stderr.includes('the stack is currently locked by'))
    return {
      kind: 'locked',
      stack: `organization/${run.project}/${run.stack}`,
      backendUrl: withoutPassword(run.backendUrl),
      holders: readHolders(stderr),
    }
  const failed = failedResources(run.events)
  if (run.interruptLevel > 0) return { kind: 'interrupted', terminated: run.interruptLevel === 2, failed }
  const [first, ...rest] = failed
  if (first !== undefined) return { kind: 'resources', failed: [first, ...rest] }
  if (run.thrown !== undefined) return { kind: 'program', message: run.thrown }
  const complaints = errors(run.events).map(({ message }) => message)
  const ofProgram = complaints.filter((message) => message.startsWith(unhandled))
  if (ofProgram.length > 0)
    return {
      kind: 'program',
      message: ofProgram.map((message) => message.slice(unhandled.length)).join('\n'),
    }
  const said = withoutPassword(errorLines(stderr) || complaints.join('; ') || 'it ended without saying why')
  const problem = backendProblem(said)
  if (problem !== undefined)
    return { kind: 'backend', backendUrl: withoutPassword(run.backendUrl), problem, detail: said }
  return { kind: 'engine', message: said, diagnostics: complaints }
}

/** How the SDK starts what it says of an error that nothing in the program caught. */
const unhandled = 'Unhandled exception: '

/** `…/x.json: created by anna@host (pid 12) at 2026-11-24T05:41:44Z`, a line a lock. */
function readHolders(stderr: string): readonly LockHolder[] {
  const line = /: created by (.*)@(.*) \(pid (\d+)\) at (\S+)/g
  return [...stderr.matchAll(line)].map(([, user = '', host = '', pid = '', since = '']) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }))
}

/** One entry a resource: what was said of it, or at least that it failed. */
function failedResources(events: readonly EngineEvent[]): readonly FailedResource[] {
  const said = new Map<string, string[]>()
  for (const event of events)
    if (event.kind === 'resource' && event.phase === 'failed' && event.type !== rootStackType)
      said.set(event.urn, said.get(event.urn) ?? [])
  for (const { urn, message } of errors(events))
    if (urn !== undefined && !urn.includes(`::${rootStackType}::`))
      said.set(urn, [...(said.get(urn) ?? []), message])
  return [...said].map(([urn, messages]) => ({
    urn,
    message: messages.map(ofCheck).join('\n') || 'failed, and the engine does not say why',
  }))
}

/** What a provider says against an input, without the engine's frame and its guess at the value. */
const ofCheck = (message: string): string =>
  message.replace(
    /^\S+ resource '[^']*'(?:: property (\S+) value \{.*?\})? has a problem: /s,
    (_, property: string | undefined) => (property === undefined ? '' : `${property}: `),
  )

const errors = (events: readonly EngineEvent[]) =>
  events.filter((event) => event.kind === 'diagnostic').filter(({ severity }) => severity === 'error')

type Problem = Extract<StackFailure, { readonly kind: 'backend' }>['problem']

function backendProblem(said: string): Problem | undefined {
  if (/passphrase/i.test(said)) return 'passphrase'
  if (/permission denied|read-only file system|PermissionDenied/.test(said)) return 'not-writable'
  if (/unable to open bucket/.test(said)) return /no such file|NotFound/.test(said) ? 'not-found' : 'other'
  if (
    /failed to load checkpoint: .*(support for the following features|newer|too new|unsupported.* version|version .*(not supported|unknown))/.test(
      said,
    )
  )
    return 'newer'
  if (/failed to load checkpoint: .*(JSON|unmarshal|invalid character|EOF)/.test(said)) return 'unreadable'
  return beforeAnyEvent.test(said) ? 'other' : undefined
}

/** Of the engine's ways to say that a backend can't be used, those with no better name. */
const beforeAnyEvent =
  /unable to open state database|unable to check if bucket|could not list bucket|failed to load checkpoint|PULUMI_ACCESS_TOKEN must be set|blob \(key/

/** What follows `error: `, else the last lines. */
function errorLines(stderr: string): string {
  const [, ...after] = stderr.split(/^error: /m)
  const text = after.length > 0 ? after.join('; ') : stderr.split('\n').slice(-5).join('\n')
  return text.trim().replace(/\s+/g, ' ')
}
