import { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import type { JsonObject } from '../domain/json.ts'
import { ok, type Result } from '../domain/result.ts'
import type { Failure } from '../domain/failure.ts'
import { type Kind, nothing, step, steps } from '../kinds/kind.ts'
import type { Answer, Exchange, HostPort } from '../transport/port.ts'
import type { LoadedKind } from './loaded-kind.ts'
import type { Target } from './target.ts'

/** A clock that moves only when told. */
export function handClock(): Clock & { tick(ms: number): Promise<void> } {
  let now = 0
  const sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms) => new Promise((resolve) => sleepers.push({ at: now + ms, wake: () => resolve(true) })),
    async tick(ms) {
      now += ms
      for (const s of sleepers.splice(0)) {
        if (s.at <= now) s.wake()
        else sleepers.push(s)
      }
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
  }
}

/** A host port whose answers the test gives. */
export function handPort(
  answer: (request: Exchange, count: number) => Result<Answer, Failure>,
): HostPort & { sent: Exchange[] } {
  const sent: Exchange[] = []
  return {
    host: 'h1',
    sent,
    counters: { connections: 0, exchanges: 0, bytesUp: 0, bytesDown: 0, hostMs: 0 },
    exchange: async (request) => {
      sent.push(request)
      return answer(request, sent.length)
    },
    close: async () => {},
  }
}

/** A kind of one text property, to test the flow without Windows. */
const note: Kind<JsonObject, JsonObject> = {
  token: 'test:Note',
  about: 'A note.',
  props: z.strictObject({ name: z.string(), text: z.string() }),
  found: z.strictObject({ text: z.string() }),
  references: ['text'],
  secrets: [],
  replaceOn: ['name'],
  holdsData: false,
  identity: (want) => String(want['name']).toLowerCase(),
  look: (want) => ({ name: want['name'] ?? null }),
  plan: (want, found) =>
    found?.['text'] === want['text']
      ? nothing('the text is as wanted')
      : steps(
          [
            step('write', { name: want['name'] ?? null, text: want['text'] ?? null }, 'text differs', [
              'text',
            ]),
          ],
          '',
        ),
  remove: (want) => steps([step('remove', { name: want['name'] ?? null }, 'no longer wanted')], ''),
  outs: z.strictObject({}),
  outputs: () => ({}),
}

export const noteKind: LoadedKind = {
  kind: note,
  scripts: new Map(
    ['observe', 'write', 'remove'].map((verb) => [verb, { hash: `hash-${verb}`, text: `# ${verb}` }]),
  ),
}

export const noteTarget = (over: Partial<Target> = {}): Target => ({
  host: 'h1',
  urn: 'urn:pulumi:mission.x::p::chancery:test:Note::n',
  loaded: noteKind,
  want: { name: 'N', text: 'new' },
  recorded: undefined,
  adopt: false,
  ...over,
})

export const frameEnd = (replies: Answer['replies']): Result<Answer, Failure> =>
  ok({ replies, end: { frame: 1, ok: true, ms: 1 }, noise: [] })
