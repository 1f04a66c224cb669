import { describe, expect, it } from 'vitest'
import type { Decision } from './decide.ts'
import { toldAnew, type Unended } from './unended.ts'

const urn = 'urn:pulumi:s::p::chancery:windows:File::motd'
const sight = { state: 'seen', hash: 'h', found: { length: 5 }, owner: null } as const
const nothing: Decision = { do: 'nothing', because: 'it is as wanted', sight }
const target = (length: number) => ({ urn, recorded: { length } })
const of = (part: Partial<Unended>): Unended => ({ inState: new Set(), sent: new Set(), ...part })
const here = new Set([urn])
const anew = expect.objectContaining({
  do: 'nothing',
  record: expect.objectContaining({
    because: expect.stringContaining('nothing runs on the host') as string,
  }) as object,
}) as Decision

describe('what the state says of a thing that is as wanted', () => {
  it('is written anew where the state has an act on it as begun', () => {
    expect(toldAnew(nothing, 'update', target(3), of({ inState: here }))).toEqual(anew)
    // Also where it says what the host shows: the act ends there then.
    expect(toldAnew(nothing, 'update', target(5), of({ inState: here }))).toEqual(anew)
  })

  it('is written anew where an act on it was sent, its end is not known, and the host shows something else', () => {
    expect(toldAnew(nothing, 'update', target(3), of({ sent: here }))).toEqual(anew)
    expect(toldAnew(nothing, 'update', target(5), of({ sent: here }))).toBe(nothing)
  })

  it('stays as it is where every act has its end, and where something is done anyway', () => {
    expect(toldAnew(nothing, 'update', target(3), of({}))).toBe(nothing)
    expect(toldAnew(nothing, 'update', target(3), undefined)).toBe(nothing)
    const act: Decision = { do: 'act', steps: [], because: 'taken over', sight, adopt: true }
    expect(toldAnew(act, 'update', target(3), of({ inState: here }))).toBe(act)
    expect(toldAnew(nothing, 'delete', target(3), of({ inState: here }))).toBe(nothing)
  })

  it('keeps the words of what else the state has to say otherwise', () => {
    const record = { properties: ['content'], fresh: ['content'], because: 'content: kept encrypted' }
    const both = toldAnew({ ...nothing, record }, 'update', target(3), of({ inState: here }))
    expect(both).toMatchObject({
      record: {
        properties: ['content'],
        because: expect.stringMatching(/^content: kept encrypted; an earlier run/) as string,
      },
    })
  })
})
