import { describe, expect, it } from 'vitest'
import { kindFolders, kindsRoot, readKind } from './kind-folders.ts'
import { listingComplaints } from './kind-listing.ts'
import { walked } from './kind-walk.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder))))
  .map(walked)
  .filter(({ kind }) => kind.listing !== undefined)

it('kinds can be listed', () => {
  expect(kinds.map(({ folder }) => folder)).toContain('hyperv/virtual-machine')
})

describe.each(kinds)('$folder', (one) => {
  it('lists each thing as it is seen, and describes it so that nothing is left to do', () => {
    expect([...listingComplaints(one)]).toEqual([])
  })
})
