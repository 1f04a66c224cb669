import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { nearest } from '../../inventory/index.ts'
import { UsageError } from '../command.ts'

/** Tokens of the kinds that a person names: `virtual-machine`, `VirtualMachine`, `hyperv:VirtualMachine`, in any case. */
export function kindTokens(catalogue: Catalogue, words: readonly string[]): readonly string[] {
  const listable = [...catalogue.values()].filter(({ kind }) => kind.listing !== undefined)
  return words.map((word) => {
    const plain = (text: string): string => text.toLowerCase().replaceAll('-', '')
    const found = listable.find(({ kind }) =>
      [kind.token, kind.token.split(':')[1] ?? ''].some((name) => plain(name) === plain(word)),
    )
    if (found !== undefined) return found.kind.token
    const known = listable.map(({ kind }) => kind.token)
    const meant = nearest(word, [...known, ...known.map((token) => token.split(':')[1] ?? '')])
    throw new UsageError(
      `--kind: expected one of ${known.join(', ')}, got "${word}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`,
    )
  })
}
