import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'

const files = (count: number, text: string) => `
import { File } from '${new URL('../../lib/provider/resources/index.ts', import.meta.url).pathname}'
export default ({ site }) => {
  for (let i = 0; i < ${count}; i++) {
    new File('note-' + i, { host: site.hosts[0].id, path: 'C:\\\\Notes\\\\' + i + '.txt', content: '${text} ' + i })
  }
}`

/** Content of a file of a lab host; undefined when there is none. */
function textOf(host: LabHost, path: string): string | undefined {
  const read = host.world.files.read(path)
  return read.ok ? new TextDecoder().decode(read.value) : undefined
}

describe('the main job on files', () => {
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
  }, 300_000)
  afterAll(() => rig.close())

  it('previews, applies, previews empty, finds drift and repairs it', async () => {
    const program = rig.program('files', files(20, 'text'))
    const preview = await rig.run('preview', { program })
    expect(preview.sites).toMatchObject([{ site: 'nairobi', outcome: 'done', changes: { create: 20 } }])
    const up = await rig.run('up', { program })
    expect(up.sites).toMatchObject([{ outcome: 'done', changes: { create: 20 } }])
    expect(textOf(host, 'C:\\Notes\\7.txt')).toBe('text 7')
    expect((await rig.run('preview', { program })).differences).toBe(false)
  })
})
