import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { JsonObject } from '../../lib/domain/json.ts'
import { listed, type Thing } from '../../lib/cli/import/things.ts'
import { readText } from './kind-folders.ts'
import { hostFor, reach, type WalkedKind } from './kind-walk.ts'
import type { LabBench } from './lab-bench.ts'

const printed = z.object({ things: z.array(z.record(z.string(), z.json())) })

/** What `list.ps1` of a kind prints on this host, read. Throws on its error. */
function listOn(bench: LabBench, one: WalkedKind, below: readonly string[]): readonly Thing[] {
  const { out, fault } = bench.execute(readText(one.home, 'list.ps1'), { below: [...below] })
  if (fault !== undefined) throw new Error(`${one.folder}: list.ps1: ${fault.fqid}: ${fault.message}`)
  const text = out[0]
  if (out.length !== 1 || text === undefined) throw new Error(`${one.folder}: list.ps1 printed ${out.length}`)
  return printed.parse(JSON.parse(text)).things.map((thing) => listed(one.kind, thing))
}

/**
 * By what the listing of a kind is not as it must be, on a host for each thing that its cases declare: the thing is listed as
 * `observe.ps1` sees it, and what describes it is valid and needs no step, or is refused with what to do.
 */
export function* listingComplaints(one: WalkedKind): Generator<string> {
  let described = 0
  for (const want of one.wants) {
    const bench = hostFor(one)
    const end = reach(bench, one, want)
    if (end.to !== 'wanted' || end.seen === null) continue
    const path = typeof want['path'] === 'string' ? want['path'] : undefined
    const below = path === undefined ? [] : [path]
    if (path !== undefined && one.kind.needsFeature === 'Hyper-V') inDiskFolder(bench, path)
    // An entry that a guest made for itself.
    for (const { firmware, generation } of bench.world.hyperv.machines)
      if (generation === 2) firmware.bootOrder.push('file:\\EFI\\guest.efi')
    const at = JSON.stringify(want)
    const seen = bench.look(one, want, end.seen)
    if (seen === null) {
      yield `${at}: no longer there at the second look`
      continue
    }
    const things = listOn(bench, one, below)
    const names = things.map(({ identity }) => identity)
    if (!isDeepStrictEqual(names, [...new Set(names)])) yield `${at}: listed twice: ${names.join(', ')}`
    const thing = things.find(({ found }) => isDeepStrictEqual(found, seen))
    if (thing === undefined) {
      yield `${at}: not listed as it is seen, ${JSON.stringify(seen)}`
      continue
    }
    if (thing.state === 'refused') {
      if (thing.because === '' || thing.fix === '') yield `${at}: refused without saying why and what to do`
      continue
    }
    described += 1
    yield* faithful(bench, one, thing.want, seen, at)
  }
  if (described === 0) yield 'nothing that its cases declare could be described'
}

/** A disk that no machine has is listed where the host keeps its disks. */
const inDiskFolder = (bench: LabBench, path: string): void =>
  bench.prepare(
    `Set-VMHost -VirtualHardDiskPath '${path.slice(0, path.lastIndexOf('\\'))}' -ErrorAction Stop`,
  )

function* faithful(bench: LabBench, one: WalkedKind, want: JsonObject, seen: JsonObject, at: string) {
  const parsed = one.kind.props.safeParse(want)
  if (!parsed.success)
    yield `${at}: described by ${JSON.stringify(want)}, which is no input: ${parsed.error.message}`
  const plan = one.kind.plan(want, seen, undefined)
  if (plan.do !== 'nothing')
    yield `${at}: described by ${JSON.stringify(want)}, for which it would ${JSON.stringify(plan)}`
  const again = bench.look(one, want)
  if (!isDeepStrictEqual(again, seen)) yield `${at}: under its description something else is seen`
}
