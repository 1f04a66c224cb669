import type { JsonObject } from '../../../domain/json.ts'
import type { Step } from '../../kind.ts'
import type { Found } from './props.ts'

/** What the scripts do to a machine, with what Hyper-V refuses while it runs. Stands in for a host in property tests. */
export function after(found: Found | null, steps: readonly Step[]): Found | null {
  return steps.reduce<Found | null>((machine, { verb, params }) => {
    if (verb === 'create') return created(params)
    if (machine === null) throw new Error(`${verb}: there is no machine`)
    return verb === 'remove' ? removed(machine) : { ...machine, ...changed(machine, verb, params) }
  }, found)
}

const created = (params: JsonObject): Found => ({
  id: 'new',
  name: String(params['name']),
  namesakes: [],
  generation: Number(params['generation']),
  state: 'Off',
  dynamicMemory: false,
  memoryStartupBytes: Number(params['memoryStartupBytes'] ?? 512 * 1_048_576),
  memoryMinimumBytes: 512 * 1_048_576,
  memoryMaximumBytes: 1_099_511_627_776,
  processors: 1,
  adapters: [],
  disks: [],
  dvds: [],
  secureBoot: params['generation'] === 2 ? true : null,
  secureBootTemplate: params['generation'] === 2 ? 'MicrosoftWindows' : null,
  bootOrder: [],
  automaticStartAction: 'StartIfRunning',
  automaticStartDelaySeconds: 0,
  automaticStopAction: 'Save',
  checkpointType: 'Production',
  notes: '',
})

function removed(machine: Found): null {
  needsOff(machine, 'remove')
  return null
}

function changed(machine: Found, verb: string, params: JsonObject): Partial<Found> {
  const device = () => {
    if (machine.generation === 1) needsOff(machine, verb)
  }
  const boots = (list: readonly string[]) => (machine.generation === 2 ? list : [])
  const without = (token: string) => machine.bootOrder.filter((one) => one !== token)
  switch (verb) {
    case 'rename':
      return { name: String(params['name']) }
    case 'set-memory':
      return memory(machine, params)
    case 'set-processors':
      needsOff(machine, verb)
      return { processors: Number(params['count']) }
    case 'add-adapter': {
      device()
      const vlan = Number(params['vlan'] ?? 0)
      const adapter = {
        id: `new-${machine.adapters.length}-${params['adapter']}`,
        name: String(params['adapter']),
        switchName: String(params['switchName']),
        mac: params['mac'] === null ? null : String(params['mac']),
        vlanMode: vlan === 0 ? 'Untagged' : 'Access',
        vlan,
      }
      return {
        adapters: [...machine.adapters, adapter],
        bootOrder: [...boots([...machine.bootOrder, `network:${adapter.name}`])],
      }
    }
    case 'remove-adapter': {
      device()
      const gone = machine.adapters.find((one) => one.id === params['adapterId'])
      return {
        adapters: machine.adapters.filter((one) => one !== gone),
        bootOrder: without(`network:${gone?.name}`),
      }
    }
    case 'connect-adapter':
      return adapter(machine, params, { switchName: String(params['switchName']) })
    case 'set-vlan':
      return adapter(machine, params, {
        vlan: Number(params['vlan']),
        vlanMode: params['vlan'] === 0 ? 'Untagged' : 'Access',
      })
    case 'set-mac':
      needsOff(machine, verb)
      return adapter(machine, params, { mac: String(params['mac']) })
    case 'attach-disk': {
      device()
      const path = String(params['path'])
      const disk = { path, base: path, controller: 'SCSI', number: 0, location: 10 + machine.disks.length }
      return {
        disks: [...machine.disks, disk],
        bootOrder: [...boots([...machine.bootOrder, `disk:${path}`])],
      }
    }
    case 'detach-disk': {
      device()
      const gone = machine.disks.find(
        (one) => one.location === params['location'] && one.number === params['number'],
      )
      return { disks: machine.disks.filter((one) => one !== gone), bootOrder: without(`disk:${gone?.base}`) }
    }
    case 'add-dvd':
      device()
      return {
        dvds: [params['path'] === null ? null : String(params['path'])],
        bootOrder: [...boots([...machine.bootOrder, 'dvd'])],
      }
    case 'insert-dvd':
      return { dvds: [params['path'] === null ? null : String(params['path']), ...machine.dvds.slice(1)] }
    case 'remove-dvd':
      device()
      return { dvds: [], bootOrder: without('dvd') }
    case 'set-firmware':
      needsOff(machine, verb)
      return {
        secureBoot: params['secureBoot'] === null ? machine.secureBoot : params['secureBoot'] === true,
        secureBootTemplate:
          params['template'] === null ? machine.secureBootTemplate : String(params['template']),
      }
    case 'set-boot-order': {
      needsOff(machine, verb)
      const order = (params['order'] as readonly string[]).map((one) => one.toLowerCase())
      const named = order.flatMap((one) => machine.bootOrder.filter((token) => token.toLowerCase() === one))
      return { bootOrder: [...named, ...machine.bootOrder.filter((one) => !named.includes(one))] }
    }
    case 'configure': {
      if (params['automaticStopAction'] !== null) needsOff(machine, verb)
      const { id: _, name: __, ...settings } = params
      return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
    }
    case 'start':
      return { state: 'Running' }
    case 'stop':
      return { state: 'Off' }
    default:
      throw new Error(`${verb}: not a script of this kind`)
  }
}

function memory(machine: Found, params: JsonObject): Partial<Found> {
  const next = {
    dynamicMemory: params['dynamic'] === null ? machine.dynamicMemory : params['dynamic'] === true,
    memoryStartupBytes: Number(params['startupBytes'] ?? machine.memoryStartupBytes),
    memoryMinimumBytes: Number(params['minimumBytes'] ?? machine.memoryMinimumBytes),
    memoryMaximumBytes: Number(params['maximumBytes'] ?? machine.memoryMaximumBytes),
  }
  if (
    params['dynamic'] !== null ||
    (machine.dynamicMemory && params['startupBytes'] !== null) ||
    next.memoryMinimumBytes > machine.memoryMinimumBytes ||
    next.memoryMaximumBytes < machine.memoryMaximumBytes
  ) {
    needsOff(machine, 'set-memory')
  }
  return next
}

const adapter = (
  machine: Found,
  params: JsonObject,
  change: Partial<Found['adapters'][number]>,
): Partial<Found> => ({
  adapters: machine.adapters.map((one) => (one.id === params['adapterId'] ? { ...one, ...change } : one)),
})

function needsOff(machine: Found, verb: string): void {
  if (machine.state !== 'Off') throw new Error(`${verb}: the machine is ${machine.state}`)
}
