import { PsObject, type PsValue } from '../../powershell/values.ts'

/** Properties that are computed when they are read, as those of a Hyper-V object follow the machine. */
class LiveProperties extends Map<string, PsValue> {
  readonly #getters: ReadonlyMap<string, () => PsValue>

  constructor(getters: { readonly [name: string]: () => PsValue }) {
    super(Object.keys(getters).map((name) => [name, null]))
    this.#getters = new Map(Object.entries(getters))
  }

  override get(name: string): PsValue | undefined {
    const getter = this.#getters.get(name)
    return getter === undefined ? super.get(name) : getter()
  }

  override *entries(): MapIterator<[string, PsValue]> {
    for (const name of this.keys()) yield [name, this.get(name) ?? null]
  }

  override *values(): MapIterator<PsValue> {
    for (const name of this.keys()) yield this.get(name) ?? null
  }

  override forEach(visit: (value: PsValue, name: string, map: Map<string, PsValue>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this)
  }

  override [Symbol.iterator](): MapIterator<[string, PsValue]> {
    return this.entries()
  }
}

/** An object whose properties follow the world. */
export const liveObject = (
  types: readonly string[],
  getters: { readonly [name: string]: () => PsValue },
  handle: unknown,
  text?: string,
): PsObject => new PsObject(types, new LiveProperties(getters), text, handle)
