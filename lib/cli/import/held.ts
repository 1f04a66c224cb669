import type { StackState } from '../../engine/state.ts'

/** A resource of a stack's state: which thing it was seen to be. */
export type Held = {
  readonly urn: string
  readonly name: string
  readonly token: string
  readonly host: string
  /** Id that Windows gave it, where it has one. */
  readonly id: string | undefined
}

/** What the state of a stack holds of our kinds. */
export const heldIn = (state: StackState | undefined): readonly Held[] =>
  (state?.resources ?? [])
    .filter(({ type }) => type.startsWith('chancery:'))
    .map(({ urn, type, inputs, outputs }) => {
      const { observed } = outputs
      const id =
        typeof observed === 'object' && observed !== null && !Array.isArray(observed)
          ? observed['id']
          : undefined
      return {
        urn,
        name: urn.slice(urn.lastIndexOf('::') + 2),
        token: type.slice('chancery:'.length),
        host: String(inputs['host'] ?? ''),
        id: typeof id === 'string' ? id : undefined,
      }
    })
