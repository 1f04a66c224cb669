import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Catalogue, LoadedKind } from '../../reconcile/loaded-kind.ts'
import { scriptOf } from '../../reconcile/loaded-kind.ts'
import { ownerShape } from '../../reconcile/ownership.ts'
import type { HostPort, OpBody } from '../../transport/port.ts'
import type { Owner, Reply, WireError } from '../../transport/wire.ts'
import { hostScript } from '../host/scripts.ts'
import { listed, type Thing } from './things.ts'

/** What a person wants to see of a host. */
export type ListRequest = {
  /** Tokens of kinds (`hyperv:VirtualMachine`) that are listed with all that Windows brings; none: every kind, without that. */
  readonly kinds: readonly string[]
  /** Files, and folders whose files are listed. */
  readonly below: readonly string[]
}

/** What exists on a host, and the records of whose each thing is. */
export type HostList = {
  readonly host: string
  readonly things: readonly Thing[]
  /** Kinds of which nothing can be said, and why. */
  readonly unseen: readonly { readonly token: string; readonly because: string }[]
  /** Tokens of kinds of which everything that is there is among the things. */
  readonly whole: ReadonlySet<string>
  /** Owner by the SHA-256 (hex) of a thing's key. */
  readonly records: ReadonlyMap<string, Owner>
}

const printedThings = z.object({ things: z.array(z.record(z.string(), z.json())) })
const printedRecords = z.object({ records: z.array(z.object({ file: z.string(), text: z.string() })) })
/** A host with many machines answers slowly. */
const limitMs = 600_000

/** Kinds that a listing is about, in the order of their tokens. */
export const kindsOf = (catalogue: Catalogue, request: ListRequest): readonly LoadedKind[] =>
  [...catalogue.values()].filter(({ kind }) => {
    if (kind.listing === undefined) return false
    if (kind.listing.when === 'below') return request.below.length > 0
    if (request.kinds.length > 0) return request.kinds.includes(kind.token)
    return kind.listing.when === 'always'
  })

/** Asks a host in one exchange for all that exists there of these kinds, and whose it is. Changes nothing. */
export async function listHost(
  port: HostPort,
  catalogue: Catalogue,
  request: ListRequest,
  abort?: AbortSignal,
): Promise<Result<HostList, Failure>> {
  const kinds = kindsOf(catalogue, request)
  const records = hostScript('ownership-records')
  const scripts = [records, ...kinds.map((loaded) => scriptOf(loaded, 'list'))]
  const ops: readonly OpBody[] = scripts.map((script, i) => ({
    op: 'observe',
    key: `chancery:List|${kinds[i - 1]?.kind.token ?? 'records'}`,
    script: script.hash,
    params: i === 0 ? {} : { below: [...request.below] },
    limitMs,
  }))
  const sent = { scripts: new Map(scripts.map(({ hash, text }) => [hash, text])), guards: [], ops }
  const answer = await port.exchange(sent, undefined, abort)
  if (!answer.ok) return answer
  const [first, ...rest] = answer.value.replies
  const held = ofReply(first)
  if ('because' in held) {
    return err({
      kind: 'unobservable',
      host: port.host,
      resource: 'whose each thing is',
      because: held.because,
    })
  }
  const things: Thing[] = []
  const unseen: { token: string; because: string }[] = []
  const whole = new Set<string>()
  for (const [i, loaded] of kinds.entries()) {
    const reply = ofReply(rest[i], loaded.kind.needsFeature)
    if ('because' in reply) unseen.push({ token: loaded.kind.token, because: reply.because })
    else {
      things.push(...thingsIn(loaded, reply.seen, request))
      if (listsAll(loaded, request)) whole.add(loaded.kind.token)
    }
  }
  return ok({ host: port.host, things, unseen, whole, records: ownersIn(held.seen) })
}

/** Neither only below a path, nor without what Windows brings. */
const listsAll = ({ kind: { listing } }: LoadedKind, { kinds }: ListRequest): boolean =>
  listing?.when !== 'below' && (listing?.brought === undefined || kinds.length > 0)

function thingsIn({ kind }: LoadedKind, seen: JsonObject, request: ListRequest): readonly Thing[] {
  const all = printedThings.parse(seen).things.map((thing) => listed(kind, thing))
  const brought = kind.listing?.brought
  return brought === undefined || request.kinds.length > 0
    ? all
    : all.filter(({ found }) => !brought.call(kind.listing, found))
}

/** Owners by the name of their records, from what `ownership-records` printed. */
export function ownersIn(seen: JsonObject): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const { file, text } of printedRecords.parse(seen).records) {
    owners.set(file.replace(/\.json$/i, ''), ownerIn(text))
  }
  return owners
}

/** What can't be read as a record is somebody's who can't be named: never nobody's. */
function ownerIn(text: string): Owner {
  try {
    const read = ownerShape.safeParse(JSON.parse(text))
    if (read.success) return read.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { organisation: 'somebody whose record can’t be read', backend: '?', urn: '?', operation: '' }
}

/** Name of the record of a thing, without its ending. */
export const recordName = (key: string): string => createHash('sha256').update(key).digest('hex')

/** A missing command means that there is nothing of this kind yet; anything else is said, and is never an empty list. */
function ofReply(
  reply: Reply | undefined,
  feature?: string,
): { readonly seen: JsonObject } | { readonly because: string } {
  if (reply?.ok === true && reply.op !== 'ping' && reply.seen !== null) return { seen: reply.seen }
  if (reply?.ok === false && reply.why === 'error') return { because: becauseOf(reply.error, feature) }
  return { because: 'the host gave no answer to this' }
}

function becauseOf(error: WireError, feature: string | undefined): string {
  return feature !== undefined && error.fqid.startsWith('CommandNotFoundException')
    ? `the Windows feature ${feature} is not active on the host`
    : `${error.message} (${error.fqid})`
}
