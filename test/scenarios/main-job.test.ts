import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { chainProgram, filesProgram, textOf } from '../rig/programs.ts'

describe('the main job on files', () => {
  let rig: Rig
  let host: LabHost
  const exchanges = () => rig.events.filter((event) => event.kind === 'exchange').length
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
  })
  beforeEach(() => void rig.events.splice(0))
  afterAll(() => rig.close())

  it('previews twenty creations in one exchange, and changes nothing', async () => {
    const program = rig.program('files', filesProgram(20, 'text'))
    const preview = await rig.run('preview', { program })
    expect(preview.sites).toMatchObject([{ site: 'nairobi', outcome: 'done', changes: { create: 20 } }])
    expect(preview.previews[0]?.cost).toMatchObject({ roundTrips: 1 })
    expect(exchanges()).toBe(1)
    expect(textOf(host, 'C:\\Notes\\7.txt')).toBeUndefined()
  })

  it('applies them with one more exchange, and previews empty afterwards with one', async () => {
    const program = rig.program('files', filesProgram(20, 'text'))
    const up = await rig.run('up', { program })
    expect(up.sites).toMatchObject([{ outcome: 'done', changes: { create: 20 } }])
    expect(exchanges()).toBe(2)
    expect(textOf(host, 'C:\\Notes\\7.txt')).toBe('text 7')
    rig.events.splice(0)
    expect((await rig.run('preview', { program })).differences).toBe(false)
    expect(exchanges()).toBe(1)
  })

  it('finds what was changed behind its back, and repairs it', async () => {
    const program = rig.program('files', filesProgram(20, 'text'))
    host.world.files.write('C:\\Notes\\3.txt', new TextEncoder().encode('by hand'))
    host.world.files.remove('C:\\Notes\\4.txt')
    const preview = await rig.run('preview', { program })
    expect(preview.sites).toMatchObject([{ changes: { update: 2, same: 18 } }])
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect([textOf(host, 'C:\\Notes\\3.txt'), textOf(host, 'C:\\Notes\\4.txt')]).toEqual(['text 3', 'text 4'])
  })

  it('removes what is no longer declared, and the rest on destroy', async () => {
    const program = rig.program('files', filesProgram(5, 'text'))
    const up = await rig.run('up', { program })
    expect(up.sites).toMatchObject([{ outcome: 'done', changes: { delete: 15, same: 5 } }])
    expect(textOf(host, 'C:\\Notes\\5.txt')).toBeUndefined()
    expect((await rig.run('destroy', { program })).sites).toMatchObject([
      { outcome: 'done', changes: { delete: 5 } },
    ])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBeUndefined()
  })

  it('previews a chain of eight in one exchange, and applies it in at most eight more than a flat set', async () => {
    const program = rig.program('chain', chainProgram(8))
    await rig.run('preview', { program })
    expect(exchanges()).toBe(1)
    rig.events.splice(0)
    expect((await rig.run('up', { program })).sites).toMatchObject([
      { outcome: 'done', changes: { create: 8 } },
    ])
    expect(exchanges()).toBeLessThanOrEqual(2 + 8)
    expect(textOf(host, 'C:\\Chain\\7.txt')).toBe('link 7')
  })

  it('previews offline on what was seen last, and says so', async () => {
    const program = rig.program('chain', chainProgram(8))
    const preview = await rig.run('preview', { program, offline: true })
    expect(exchanges()).toBe(0)
    expect(preview.sites).toMatchObject([{ outcome: 'done' }])
    expect(preview.previews[0]?.observedAt).toBeGreaterThan(0)
  })

  it('refreshes the state with what is gone from the host', async () => {
    const program = rig.program('chain', chainProgram(8))
    await rig.run('preview', { program })
    host.world.files.remove('C:\\Chain\\7.txt')
    const refreshed = await rig.run('refresh', { program })
    expect(refreshed.sites).toMatchObject([{ outcome: 'done', changes: { delete: 1, same: 7 } }])
    const preview = await rig.run('preview', { program })
    expect(preview.sites).toMatchObject([{ changes: { create: 1, same: 7 } }])
  })
})
