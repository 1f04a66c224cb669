import type { Ids } from './ids.ts'

/** A network adapter of the host: physical, or `vEthernet (X)` that a switch shares with the host. */
export type Adapter = {
  name: string
  readonly description: string
  readonly index: number
  /** `{8-4-4-4-12}`, upper case. */
  readonly guid: string
  /** `00-15-5D-00-00-01`. */
  readonly mac: string
  readonly virtual: boolean
  status: 'Up' | 'Disabled' | 'Disconnected'
  readonly bitsPerS: number
  /** Id of the switch that it is bound to (a physical one) or belongs to (a virtual one). */
  switchId: string | undefined
}

export type Address = {
  readonly address: string
  readonly prefix: number
  adapter: number
  readonly dhcp: boolean
}

/** Adapters and addresses of a host, and which of them carries the session. */
export class Network {
  readonly adapters: Adapter[] = []
  readonly addresses: Address[] = []
  #nextIndex = 4
  readonly #ids: Ids
  /** The address that clients are connected to. */
  readonly session: string

  constructor(
    physical: readonly { readonly name: string; readonly description: string; readonly address?: string }[],
    ids: Ids,
  ) {
    this.#ids = ids
    for (const p of physical) {
      const adapter = this.add({
        name: p.name,
        description: p.description,
        virtual: false,
        switchId: undefined,
      })
      if (p.address !== undefined)
        this.addresses.push({ address: p.address, prefix: 24, adapter: adapter.index, dhcp: false })
    }
    this.session = this.addresses[0]?.address ?? '127.0.0.1'
  }

  add(of: Pick<Adapter, 'name' | 'description' | 'virtual' | 'switchId'>): Adapter {
    const index = this.#nextIndex
    this.#nextIndex += of.virtual ? 7 : 2
    const tail = index.toString(16).padStart(2, '0').toUpperCase()
    const adapter: Adapter = {
      ...of,
      index,
      guid: `{${this.#ids.uuid().toUpperCase()}}`,
      mac: `00-15-5D-0A-00-${tail}`,
      status: 'Up',
      bitsPerS: of.virtual ? 10_000_000_000 : 1_000_000_000,
    }
    this.adapters.push(adapter)
    return adapter
  }

  adapter(name: string): Adapter | undefined {
    return this.adapters.find((a) => a.name.toLowerCase() === name.toLowerCase())
  }

  byDescription(description: string): Adapter | undefined {
    return this.adapters.find((a) => !a.virtual && a.description.toLowerCase() === description.toLowerCase())
  }

  remove(adapter: Adapter): void {
    const at = this.adapters.indexOf(adapter)
    if (at >= 0) this.adapters.splice(at, 1)
    for (let i = this.addresses.length - 1; i >= 0; i--)
      if (this.addresses[i]?.adapter === adapter.index) this.addresses.splice(i, 1)
  }

  /** Moves the addresses of one adapter to another, as a switch that takes an adapter over does. */
  moveAddresses(from: Adapter, to: Adapter): void {
    for (const address of this.addresses) if (address.adapter === from.index) address.adapter = to.index
  }

  /** Index of the adapter that carries the session's address. */
  get carrier(): number | undefined {
    return this.addresses.find((a) => a.address === this.session)?.adapter
  }

  /** True while clients can reach the address that they use: its adapter is up and no switch has taken it away. */
  get reachable(): boolean {
    const address = this.addresses.find((a) => a.address === this.session)
    const adapter = this.adapters.find((a) => a.index === address?.adapter)
    return (
      adapter !== undefined && adapter.status === 'Up' && (adapter.virtual || adapter.switchId === undefined)
    )
  }
}
