import { describe, expect, it } from 'vitest'
import { err, ok } from '../domain/result.ts'
import { loadCatalogue } from './catalogue.ts'
import { type ContentPort, withSource } from './source-files.ts'

const file = (await loadCatalogue()).get('windows:File')
const sha256 = 'ab'.repeat(32)
const contents: ContentPort = {
  measure: (source) =>
    Promise.resolve(
      source === 'agent.msi' ? ok({ sha256, size: 7 }) : err(`/inventory/${source}: no such file`),
    ),
  deliver: () => Promise.resolve(ok(undefined)),
}
const news = { host: 'h1', path: 'C:\\a', source: 'agent.msi' }
const checked = (more: object) => {
  if (file === undefined) throw new Error('there is no kind windows:File')
  return withSource(contents, file, { ...news, ...more })
}

describe('the source of a file', () => {
  it('is read before anything is planned: its SHA-256 and size become inputs', async () => {
    expect(await checked({})).toEqual({
      news: { ...news, sourceSha256: sha256, sourceSize: 7 },
      complaints: [],
    })
  })

  it('that cannot be read is refused with its path and the reason', async () => {
    const { complaints } = await checked({ source: 'b.msi' })
    expect(complaints).toEqual([
      { property: 'source', reason: '/inventory/b.msi: no such file. Nothing was changed.' },
    ])
  })

  it('that is not the pinned one is refused with both sums', async () => {
    const { complaints } = await checked({ sourceSha256: 'cd'.repeat(32) })
    expect(complaints[0]?.reason).toContain('cdcd')
    expect(complaints[0]?.reason).toContain(sha256)
  })

  it('is never secret', async () => {
    const marked = {
      '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
      value: 'agent.msi',
    }
    const { complaints } = await checked({ source: marked })
    expect(complaints[0]?.reason).toContain('secret')
  })

  it('of a resource with a text is none, and nothing is read', async () => {
    const given = { host: 'h1', path: 'C:\\a', content: 'x' }
    if (file === undefined) throw new Error('there is no kind windows:File')
    expect(await withSource(contents, file, given)).toEqual({ news: given, complaints: [] })
  })
})
