import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyState } from '../../lib/cli/rehearse/copy-state.ts'
import { makeOverlay, type Overlay } from '../../lib/cli/rehearse/overlay.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

let rig: Rig
const overlays: Overlay[] = []
beforeAll(async () => {
  rig = await startRig({ sites: ['nairobi'] })
  const program = rig.program('notes', filesProgram(2, 'text'))
  expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
})
afterAll(async () => {
  for (const overlay of overlays) rmSync(overlay.folder, { recursive: true })
  await rig.close()
})

type Resource = { readonly urn: string; readonly inputs?: object; readonly outputs?: object }
type Checkpoint = { readonly checkpoint: { readonly latest: { readonly resources: readonly Resource[] } } }

const resourcesIn = (backend: string): readonly Resource[] => {
  const file = join(fileURLToPath(backend), '.pulumi', 'stacks', 'chancery', 'notes.nairobi.json')
  const { checkpoint } = JSON.parse(readFileSync(file, 'utf8')) as Checkpoint
  return checkpoint.latest.resources.map(({ urn, inputs, outputs }) => ({
    urn,
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
  }))
}

it.each([undefined, 'engine'] as const)('the state of a stack is copied whole, by %s', async (by) => {
  const overlay = makeOverlay(rig.estate)
  overlays.push(overlay)
  const copied = await copyState(overlay, {
    backend: rig.estate.stateBackend,
    work: join(rig.folder, '.chancery'),
    sites: rig.estate.sites.filter(({ id }) => id === 'nairobi'),
    env: process.env,
    ...(by === undefined ? {} : { by }),
  })
  expect(copied).toEqual({ ok: true, value: undefined })
  expect(resourcesIn(overlay.stateBackend)).toEqual(resourcesIn(rig.estate.stateBackend))
  expect(resourcesIn(overlay.stateBackend).length).toBeGreaterThan(2)
})
