import { describe, expect, it } from 'vitest'
import { kindFolders, kindsRoot, planOf, readKind } from '../../test/conformance/kind-folders.ts'

const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))

describe.each(kinds)('$folder', ({ kind, cases }) => {
  it.each(cases)('$title ($name)', (one) => {
    expect(planOf(kind, one)).toEqual(one.expect)
  })
})
