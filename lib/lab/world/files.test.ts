import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lengthOf } from './file-nodes.ts'
import { Files } from './files.ts'
import { fullPath, leafOf, parentOf } from './path.ts'

const name = fc.constantFrom('a', 'b', 'C', 'c', 'd.txt')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `C:\\${parts.join('\\')}`)
const action = fc.oneof(
  fc.record({ do: fc.constant('write' as const), path, size: fc.integer({ min: 0, max: 20_000 }) }),
  fc.record({ do: fc.constant('folder' as const), path }),
  fc.record({ do: fc.constant('remove' as const), path, recurse: fc.boolean() }),
  fc.record({ do: fc.constant('move' as const), path, to: path, replace: fc.boolean() }),
  fc.record({ do: fc.constant('copy' as const), path, to: path }),
)

test('whatever is done, free and used clusters add up, and no name exists twice in a folder', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const total = 100 * 4096
      const files = new Files(total, () => 0)
      for (const one of actions) {
        if (one.do === 'write') files.write(one.path, new Uint8Array(one.size))
        else if (one.do === 'folder') files.makeFolder(one.path)
        else if (one.do === 'remove') files.remove(one.path, one.recurse)
        else if (one.do === 'move') files.move(one.path, one.to, one.replace)
        else files.copy(one.path, one.to)
        const all = files.walk()
        const used = all.reduce(
          (sum, [, node]) =>
            sum + (node.kind === 'file' ? Math.ceil(lengthOf(node.content) / 4096) * 4096 : 0),
          0,
        )
        expect(files.free).toBe(total - used)
        expect(files.free).toBeGreaterThanOrEqual(0)
        expect(new Set(all.map(([at]) => at.toLowerCase())).size).toBe(all.length)
      }
    }),
  )
})

test('a full path is its own full path, and its parent and leaf make it again', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '..', '.', '', 'b c', 'x.'), { maxLength: 6 }), (parts) => {
      const full = fullPath(`c:/${parts.join('/')}`) ?? ''
      expect(fullPath(full)).toBe(full)
      const parent = parentOf(full)
      if (parent !== undefined) expect(fullPath(`${parent}\\${leafOf(full)}`)).toBe(full)
    }),
  )
})

test('a folder cannot be moved into itself', () => {
  const files = new Files(1e9, () => 0)
  files.makeFolder('C:\\a\\b')
  expect(files.move('C:\\a', 'C:\\a\\b\\c')).toMatchObject({ ok: false })
  expect(files.folder('C:\\a\\b')).toBeDefined()
})
