import {
  asciiJson,
  type Managed,
  type Op,
  type Owner,
  type Sender,
  type WireError,
} from '../transport/wire.ts'
import { cannotWrite } from './worker-failure.ts'
import type { WorkerStore } from './worker-store.ts'
import type { World } from './world/world.ts'

/** What a thing looks like: `text` is the part of a reply that says so. */
export type Seen = { readonly hash: string; readonly owner: Owner | null; readonly text: string }

/** The record that refuses a frame for its sender; nothing when it may run: then the record says so. */
export function fence(
  world: World,
  store: WorkerStore,
  sender: Sender,
  acting: boolean,
): { readonly refused: Partial<Managed> } | { readonly fault: WireError } | undefined {
  const old = store.managed()
  const ours = old?.from === sender.from
  const seen = ours ? (old.tokens?.[sender.store] ?? 0) : 0
  if (old !== null) {
    const fits = sender.over === undefined ? ours && sender.token >= seen : (old.at ?? '') === sender.over
    if (!fits) return acting ? { refused: old } : undefined
  }
  if (!acting && (old === null || sender.token === seen)) return undefined
  const now = new Date(world.now()).toISOString().replace('T', ' ').replace('Z', '')
  const kept = old === null || sender.over !== undefined ? undefined : old
  const written = store.manage(
    asciiJson({
      from: sender.from,
      by: sender.by,
      at: now,
      since: kept?.since ?? now,
      because: kept === undefined ? (sender.because ?? null) : (kept.because ?? null),
      tokens: { ...kept?.tokens, [sender.store]: sender.token },
    } satisfies Managed),
  )
  return written.ok ? undefined : { fault: cannotWrite(written.error) }
}

type Apply = Extract<Op, { op: 'apply' }>

/** Somebody else's, or nobody's on record, and not what it was said to be taken from. */
export function foreign(
  { owner, hash }: Seen,
  own: Owner,
  { adopt, from }: Pick<Apply, 'adopt' | 'from'>,
): boolean {
  if (owner === null) return hash !== 'absent' && adopt !== true
  return !sameOwner(owner, own) && !sameOwner(owner, from ?? null)
}

/** Whether two owners are one: the same thing of the same state. */
export const sameOwner = (
  a: Owner | null,
  b: Pick<Owner, 'organisation' | 'backend' | 'urn'> | null,
): boolean =>
  a !== null && b !== null && a.organisation === b.organisation && a.backend === b.backend && a.urn === b.urn
