import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../domain/json.ts'
import { kindFolders, loadCatalogue } from '../../provider/catalogue.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { likenessOf } from './likeness.ts'

type Case = { readonly want: JsonObject; readonly found?: JsonObject | null }

const kinds = join(import.meta.dirname, '../../kinds')
/** Every case of every kind in which something was found. */
const cases = kindFolders().flatMap((folder) =>
  globSync('cases/*.yaml', { cwd: join(kinds, folder) })
    .sort()
    .map((file) => ({
      name: `${folder}/${file}`,
      ...(parse(readFileSync(join(kinds, folder, file), 'utf8')) as Case),
    }))
    .filter(({ found }) => found !== undefined && found !== null)
    .map((one) => ({ ...one, folder })),
)

/** Two things of one name, a feature between two restarts, a text of which only the hash is known, a folder in a file's place. */
const inexpressible = [
  'hyperv/virtual-machine/cases/refuse-two-of-one-name.yaml',
  'hyperv/virtual-switch/cases/refuse-two-of-one-name.yaml',
  'windows/feature/cases/absent-pending.yaml',
  'windows/feature/cases/change-waits-for-pending-removal.yaml',
  'windows/feature/cases/defer-pending-install.yaml',
  'windows/file/cases/change-content.yaml',
  'windows/file/cases/change-secret.yaml',
  'windows/file/cases/change-source.yaml',
  'windows/file/cases/noop-secret.yaml',
  'windows/file/cases/refuse-folder.yaml',
  'windows/file/cases/refuse-removal-of-folder.yaml',
]

describe('the likeness of what was seen', () => {
  let catalogue: Catalogue
  beforeAll(async () => {
    catalogue = await loadCatalogue()
  })
  const kindOf = (folder: string) => {
    const found = [...catalogue.values()].find(({ kind }) => tokenFolder(kind.token) === folder)
    if (found === undefined) throw new Error(`no kind in ${folder}`)
    return found.kind
  }

  it.each(cases)(
    'of $name: the kind itself finds nothing to do, or the likeness says that it is none',
    ({ folder, want, found }) => {
      const kind = kindOf(folder)
      const inputs = kind.props.parse(want) as JsonObject
      const likeness = likenessOf(kind, inputs, found!)
      const parsed = kind.props.parse(likeness.inputs) as JsonObject
      for (const name of kind.replaceOn) expect(parsed[name]).toEqual(inputs[name])
      expect(kind.plan(parsed, found!, undefined).do === 'nothing').toBe(likeness.exact)
    },
  )

  it('is exact for all that inputs express', () => {
    const inexact = cases.filter(
      ({ folder, want, found }) =>
        !likenessOf(kindOf(folder), kindOf(folder).props.parse(want) as JsonObject, found!).exact,
    )
    expect(inexact.map(({ name }) => name)).toEqual(inexpressible)
  })

  it('reads a machine in the words and units of its inputs', () => {
    const { want, found } = cases.find(({ name }) => name === 'hyperv/virtual-machine/cases/noop.yaml')!
    const kind = kindOf('hyperv/virtual-machine')
    const machine = {
      ...found!,
      processors: 7,
      memoryStartupBytes: 3 * 1024 ** 3,
      automaticStartAction: 'Start',
      notes: 'by hand',
    }
    const inputs = kind.props.parse(want) as JsonObject
    expect(likenessOf(kind, inputs, machine).inputs).toMatchObject({
      processors: 7,
      memoryStartupMB: 3072,
      automaticStartAction: 'start',
      notes: 'by hand',
    })
  })
})

/** `hyperv:VirtualMachine` → `hyperv/virtual-machine`. */
const tokenFolder = (token: string): string =>
  token
    .replace(':', '/')
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase()
