import type { Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import type { Content, Step } from '../kinds/kind.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import type { Target } from '../reconcile/target.ts'
import type { Struct } from './calls.ts'
import { type Complaint, inputsOf } from './inputs.ts'

/** The files of the operator's machine that resources name, and the way of their contents to a host. */
export interface ContentPort {
  /** SHA-256 and size of a file; or why it can't be read, with its full path. Read again only when it was written to. */
  measure(source: string): Promise<Result<{ readonly sha256: string; readonly size: number }, string>>
  /** Brings a content into the store of a host; at once where it is there. Failures name what had arrived, which stays. */
  deliver(host: string, content: Content, abort: AbortSignal): Promise<Result<void, Failure>>
}

/** The inputs with the SHA-256 and the size of the file that they name, or what is wrong with it. */
export async function withSource(
  contents: ContentPort | undefined,
  loaded: LoadedKind,
  news: Struct,
): Promise<{ readonly news: Struct; readonly complaints: readonly Complaint[] }> {
  const { source } = loaded.kind
  if (source === undefined) return { news, complaints: [] }
  const { want, secrets, unknown } = inputsOf(loaded, news)
  const file = want[source.file]
  const complain = (reason: string): { news: Struct; complaints: readonly Complaint[] } => ({
    news,
    complaints: [{ property: source.file, reason: `${reason} Nothing was changed.` }],
  })
  const secret = [source.file, source.sha256, source.size].find((name) => secrets.has(name))
  if (secret !== undefined)
    return complain(
      `${secret} is secret, and a source never is: its bytes lie unencrypted in the store of the host. Give a plain value.`,
    )
  if (typeof file !== 'string' || unknown.length > 0 || contents === undefined)
    return { news, complaints: [] }
  const measured = await contents.measure(file)
  if (!measured.ok) return complain(`${measured.error}.`)
  const { sha256, size } = measured.value
  const pinned = want[source.sha256]
  if (pinned !== undefined && pinned !== sha256)
    return complain(`expected the file of SHA-256 ${String(pinned)}, got ${file} with ${sha256}.`)
  return { news: { ...news, [source.sha256]: sha256, [source.size]: size }, complaints: [] }
}

/** The contents that these steps need in the store of the host. */
export const contentsOf = (target: Target, steps: readonly Step[]): readonly Content[] =>
  steps.flatMap((step) => target.loaded.kind.contentOf?.(target.want, step) ?? [])

/** Brings what these steps need to the host; the first failure ends it. */
export async function deliverFor(
  contents: ContentPort | undefined,
  target: Target,
  steps: readonly Step[],
  abort: AbortSignal,
): Promise<Failure | undefined> {
  for (const content of contentsOf(target, steps)) {
    const delivered = await contents?.deliver(target.host, content, abort)
    if (delivered?.ok === false) return delivered.error
  }
  return undefined
}
