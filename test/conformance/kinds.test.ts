import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lib/domain/json.ts'
import { withKinds } from '../../lib/kinds/reference.ts'
import { kindComplaints } from './kind-complaints.ts'
import { kindFolders, kindsRoot, planOf, readKind, readText } from './kind-folders.ts'

const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))

it('there are kinds to hold to the rules', () => {
  expect(kinds.map((one) => one.folder)).toContain('windows/file')
})

it('the page of all kinds lists them as they are', () => {
  const page = readText(kindsRoot, 'README.md')
  expect(withKinds(page, kinds)).toBe(page)
  for (const { kind } of kinds) expect(page).toContain(kind.token)
})

describe.each(kinds)('$folder', (one) => {
  const { kind } = one
  const wants = one.cases.map((each) => kind.props.parse(each.want) as JsonObject)

  it('has all the parts of a kind, and each is as it should be', () => {
    expect(kindComplaints(one)).toEqual([])
  })

  it('keeps its identity whatever the case of what is declared', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), fc.infiniteStream(fc.boolean()), (want, upper) => {
        const mixed = Object.fromEntries(
          Object.entries(want).map(([name, value]) => [
            name,
            typeof value === 'string' ? mix(value, upper) : value,
          ]),
        )
        expect(kind.identity(mixed)).toBe(kind.identity(want))
        expect(kind.identity(want)).toBe(kind.identity(want).toLowerCase())
      }),
    )
  })

  it('does not compare what is not set: a thing that is as wanted stays so with less declared', () => {
    const settled = one.cases.filter((each) => planOf(kind, each).do === 'nothing' && !each.remove)
    expect(settled).not.toEqual([])
    fc.assert(
      fc.property(fc.constantFrom(...settled), fc.infiniteStream(fc.boolean()), (each, keep) => {
        const less = Object.fromEntries(Object.entries(each.want).filter(() => keep.next().value))
        fc.pre(kind.props.safeParse(less).success)
        expect(planOf(kind, { ...each, want: less }).do).toBe('nothing')
      }),
    )
  })

  it('gives outputs exactly as declared, and every observation of a case has its shape', () => {
    for (const each of one.cases) {
      if (each.found === null) continue
      const outputs = kind.outputs(kind.found.parse(each.found))
      expect(kind.outs.strict().safeParse(outputs).error).toBeUndefined()
    }
  })

  it('looks with the same parameters whatever it plans, and they are plain data', () => {
    for (const want of wants)
      expect(JSON.parse(JSON.stringify(kind.look(want, undefined)))).toEqual(kind.look(want, undefined))
  })

  it('says why in every plan', () => {
    for (const each of one.cases) {
      const plan = planOf(kind, each)
      const reasons = plan.do === 'steps' ? plan.steps.map((step) => step.because) : [plan.because]
      for (const because of reasons) expect(because).toMatch(/\S/)
    }
  })
})

const mix = (text: string, upper: IterableIterator<boolean>): string =>
  [...text].map((c) => (upper.next().value === true ? c.toUpperCase() : c.toLowerCase())).join('')
