import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../domain/json.ts'
import { step, steps } from '../kinds/kind.ts'
import type { Reply } from '../transport/wire.ts'
import { HostBatch } from './batch.ts'
import { frameEnd, handPort, noteKind, noteTarget } from './fake-host.test-rig.ts'
import type { Sight } from './observation.ts'
import { actAfterOthers } from './own-change.ts'

const me = { organisation: 'org', backend: 'b', urn: noteTarget().urn, operation: '' }
const clock = { now: () => 0, sleep: async () => true }

/** A note whose text is a reference, and a colour that is none. Each wrong one is a step. */
const found = { text: 'old', colour: 'red' }
const loaded = {
  ...noteKind,
  kind: {
    ...noteKind.kind,
    found: z.strictObject({ text: z.string(), colour: z.string() }),
    plan: (want: JsonObject, seen: JsonObject | null) =>
      steps(
        ['text', 'colour']
          .filter((name) => want[name] !== undefined && want[name] !== seen?.[name])
          .map((name) => step('write', { [name]: want[name] ?? null }, `${name} differs`, [name])),
        'as wanted',
      ),
  },
}
const target = noteTarget({ loaded, want: { name: 'N', text: 'new', colour: 'blue' }, recorded: found })
const sight: Sight = { state: 'seen', hash: 'h-old', found, owner: me }
const plan = loaded.kind.plan(target.want, found)
const request = {
  operation: 'update' as const,
  target,
  steps: plan.do === 'steps' ? plan.steps : [],
  sight,
  adopt: false,
  me,
}

/** A host that shows `now` in place of what the plan rests on, and afterwards what is wanted. */
async function outcome(now: JsonObject) {
  const seen = { hash: 'h-now', seen: now, owner: me }
  const port = handPort(({ ops }) =>
    frameEnd(
      ops.map((op): Reply => {
        if (op.op === 'observe') return { id: 0, ok: true, op: 'observe', warnings: [], ...seen }
        if (op.op !== 'apply') throw new Error('not asked for')
        if (op.expect !== 'h-now') return { id: 0, ok: false, why: 'changed', ...seen }
        const after = { hash: 'h-new', seen: { text: 'new', colour: 'blue' }, owner: me }
        const ran = op.steps.map(({ name }) => name)
        return { id: 0, ok: true, op: 'apply', ran, before: 'h-now', warnings: [], ...after }
      }),
    ),
  )
  const batch = new HostBatch(port, { clock, quietMs: 1, longestMs: 1, firstMs: 1 })
  const result = await actAfterOthers(batch, request)
  const ran = port.sent
    .flatMap(({ ops }) => ops)
    .flatMap((op) =>
      op.op === 'apply' && op.expect === 'h-now' ? [op.steps.map(({ params }) => params)] : [],
    )
  return { ok: result.ok, ran }
}

describe('a thing that looks otherwise than planned on', () => {
  it('only in what it refers to gets the rest of the planned steps, under guard of how it looks now', async () => {
    expect(await outcome({ text: 'new', colour: 'red' })).toEqual({ ok: true, ran: [[{ colour: 'blue' }]] })
  })
  it.each([
    ['in something that is no reference', { text: 'new', colour: 'green' }],
    ['in both', { text: 'other', colour: 'green' }],
  ])('%s is left alone', async (_, now) => {
    expect(await outcome(now)).toEqual({ ok: false, ran: [] })
  })
})
