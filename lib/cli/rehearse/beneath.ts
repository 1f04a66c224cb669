import type { Json, JsonObject } from '../../domain/json.ts'
import { newDisk } from '../../lab/world/virtual-disk.ts'
import type { World } from '../../lab/world/world.ts'

/** Bytes of a disk of which only the path is known. */
const someSize = 64 * 1024 ** 3
/** Of an image: small enough for every disk that is made of it. */
const imageSize = 1024 ** 3

/**
 * Puts in place what a thing was seen to rest on and nobody made: disk and image files that it names, the switches that it is
 * connected to, the network cards that it is bound to. Of these no more is known than that they are there.
 */
export function layBeneath(world: World, seen: JsonObject): void {
  for (const [name, value] of Object.entries(seen))
    if (value !== null && typeof value === 'object') lay(world, value, name)
}

/** Puts in place the images that a thing still to be made is made of, with the hashes that they must have. */
export function layImages(world: World, want: JsonObject): void {
  for (const image of Object.values(want)) {
    if (image === null || typeof image !== 'object' || Array.isArray(image)) continue
    const { path, sha256 } = image as JsonObject
    if (typeof path !== 'string' || typeof sha256 !== 'string' || world.files.get(path) !== undefined)
      continue
    if (!world.files.makeFolder(path.slice(0, path.lastIndexOf('\\'))).ok) continue
    const disk = newDisk({ size: imageSize, format: 'VHDX', type: 'Dynamic', ids: world.ids })
    world.files.put(path, { kind: 'disk', disk, sha256: sha256.toLowerCase() })
  }
}

function lay(world: World, seen: Json, key: string): void {
  if (seen === null || typeof seen === 'number' || typeof seen === 'boolean') return
  if (typeof seen !== 'string') {
    for (const [name, value] of Object.entries(seen))
      lay(world, value as Json, Array.isArray(seen) ? key : name)
    return
  }
  if (key === 'switchName') laySwitch(world, seen)
  else if (key === 'adapters') layCard(world, seen)
  else if (/^[a-z]:\\.+\.(vhdx?|iso)$/i.test(seen)) layFile(world, seen)
}

function layCard(world: World, name: string): void {
  if (world.network.adapter(name) === undefined)
    world.network.add({ name, description: `Network card ${name}`, virtual: false, switchId: undefined })
}

function layFile(world: World, path: string): void {
  if (world.files.get(path) !== undefined) return
  const folder = world.files.makeFolder(path.slice(0, path.lastIndexOf('\\')))
  if (!folder.ok) return
  const format = /x$/i.test(path) ? 'VHDX' : 'VHD'
  if (/\.iso$/i.test(path)) world.files.write(path, 'CD001')
  else
    world.files.put(path, {
      kind: 'disk',
      disk: newDisk({ size: someSize, format, type: 'Dynamic', ids: world.ids }),
    })
}

function laySwitch(world: World, name: string): void {
  if (name === '' || world.hyperv.switches.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    return
  world.hyperv.addSwitch({
    name,
    type: 'Private',
    allowManagementOS: false,
    adapters: [],
    notes: '',
    teaming: false,
    iov: false,
    bandwidthMode: 'Absolute',
  })
}
