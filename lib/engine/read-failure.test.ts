import { describe, expect, it } from 'vitest'
import { plain } from './engine-event.ts'
import { readFailure, type FailedRun } from './read-failure.ts'
import { describeStackFailure } from './stack-failure.ts'

const run = (change: Partial<FailedRun>): FailedRun => ({
  project: 'chancery',
  stack: 'mission.beirut',
  backendUrl: 'postgres://chancery:hunter2@db.example.org/state',
  stderr: '',
  events: [],
  thrown: undefined,
  interruptLevel: 0,
  ...change,
})
const locked = `error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/chancery/mission.beirut/1.json: created by anna@ops1 (pid 4711) at 2026-11-24T05:41:44Z
  file:///state/.pulumi/locks/organization/chancery/mission.beirut/2.json: created by b@home@ops2 (pid 12) at 2026-11-24T05:41:45+01:00
`

describe('what the engine says of a run that failed', () => {
  it('names every holder of a lock, and how to clear it', () => {
    const failure = readFailure(run({ stderr: locked }))
    expect(failure).toMatchObject({
      kind: 'locked',
      holders: [
        { user: 'anna', host: 'ops1', pid: 4711, since: '2026-11-24T05:41:44Z' },
        { user: 'b@home', host: 'ops2', pid: 12, since: '2026-11-24T05:41:45+01:00' },
      ],
    })
    const text = describeStackFailure(failure)
    expect(text).toContain('by anna on ops1, process 4711')
    expect(text).toContain('organization/chancery/mission.beirut is in use')
    expect(text).toContain('from anywhere: chancery unlock')
  })

  it.each([
    ['error: write ".pulumi/meta.yaml": mkdir /x/.pulumi: permission denied', 'not-writable'],
    ['error: open /x: read-only file system', 'not-writable'],
    ['error: get stack secrets manager: incorrect passphrase', 'passphrase'],
    ['error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or …', 'passphrase'],
    ['error: unable to open bucket file:///x: stat /x: no such file or directory', 'not-found'],
    ['error: unable to open state database "postgres://u:secret@db/x": failed to ping', 'other'],
  ])('tells that the state is at fault: %s', (stderr, problem) => {
    expect(readFailure(run({ stderr }))).toMatchObject({ kind: 'backend', problem })
  })

  it.each([
    [
      "chancery:windows:Service resource 'w32': property accept.0.reason value {<nil>} has a problem: expected why, got nothing.",
      'accept.0.reason: expected why, got nothing.',
    ],
    [
      "chancery:windows:File resource 't' has a problem: path: expected a plain value.",
      'path: expected a plain value.',
    ],
    ['disk full', 'disk full'],
  ])('says what is wrong with an input in the words of who checked it: %s', (said, message) => {
    const urn = 'urn:pulumi:a.b::chancery::chancery:windows:Service::w32'
    const events: FailedRun['events'] = [
      { kind: 'diagnostic', urn, severity: 'error', message: said, ephemeral: false },
    ]
    expect(readFailure(run({ events }))).toMatchObject({ kind: 'resources', failed: [{ urn, message }] })
  })

  it('never repeats a password of a URL', () => {
    const failures = [
      readFailure(
        run({
          stderr: 'error: unable to open state database "postgres://chancery:hunter2@db.example.org/x"',
        }),
      ),
      readFailure(run({ stderr: 'error: odd: postgres://chancery:hunter2@db.example.org/x' })),
      readFailure(run({ stderr: locked })),
    ]
    for (const failure of failures) {
      expect(JSON.stringify(failure)).not.toContain('hunter2')
      expect(describeStackFailure(failure)).not.toContain('hunter2')
    }
    expect(describeStackFailure(failures[0]!)).toContain('postgres://chancery:****@db.example.org/state')
  })

  it('is about resources first, then the program, then the engine', () => {
    const resource = {
      kind: 'diagnostic',
      severity: 'error',
      message: 'no room',
      urn: 'urn:pulumi:mission.beirut::chancery::chancery:windows:File::motd',
      ephemeral: false,
    } as const
    const unhandled = {
      ...resource,
      urn: undefined,
      message: 'Unhandled exception: Error: motd failed to register',
    } as const
    expect(readFailure(run({ events: [unhandled, resource] }))).toEqual({
      kind: 'resources',
      failed: [{ urn: resource.urn, message: 'no room' }],
    })
    expect(readFailure(run({ events: [unhandled] }))).toEqual({
      kind: 'program',
      message: 'Error: motd failed to register',
    })
    expect(readFailure(run({ thrown: 'Error: x' }))).toEqual({ kind: 'program', message: 'Error: x' })
    expect(readFailure(run({ stderr: 'panic: y\n' }))).toEqual({
      kind: 'engine',
      message: 'panic: y',
      diagnostics: [],
    })
    expect(describeStackFailure(readFailure(run({ events: [resource] })))).toBe('motd: no room')
  })

  it('loses the engine’s colour marks', () => {
    expect(plain('<{%fg 1%}>error: <{%reset%}>no')).toBe('error: no')
  })
})
