import { err, ok, type Result } from '../../domain/result.ts'

/** What lies in a bundle: `manifest.json` in a folder, and each content whole as `content/<sha>` beside it. */
export type Manifest = {
  /** Version of the form. */
  readonly bundle: 1
  /** The site that it is for. */
  readonly site: string
  /** When and by whom it was made; UTC, ISO 8601. */
  readonly made: { readonly at: string; readonly by: string }
  readonly contents: readonly BundleEntry[]
}

export type BundleEntry = {
  /** SHA-256, hex; also the name of its file. */
  readonly sha: string
  readonly size: number
  readonly name: string
}

/** Why a bundle is of no use; `file`: which of its files, relative to its folder. */
export type BundleTrouble =
  | { readonly kind: 'no-bundle'; readonly file: string; readonly detail: string }
  /** Before anything was written: its folder can't be made or written, or something else lies there. */
  | { readonly kind: 'unusable'; readonly file: string; readonly detail: string }
  /** Before anything was written: bytes that are to be written, and that are free. */
  | { readonly kind: 'no-room'; readonly file: string; readonly need: number; readonly free: number }
  /** Its folder can't be written: full, read only, taken out. */
  | { readonly kind: 'unwritable'; readonly file: string; readonly detail: string }
  | {
      readonly kind: 'bad-manifest'
      readonly file: string
      readonly at: string
      readonly expected: string
      readonly got: string
    }
  | { readonly kind: 'foreign'; readonly file: string; readonly expected: string; readonly got: string }
  | { readonly kind: 'missing'; readonly file: string; readonly name: string }
  | {
      readonly kind: 'size'
      readonly file: string
      readonly name: string
      readonly expected: number
      readonly got: number
    }
  | { readonly kind: 'corrupted'; readonly file: string; readonly name: string; readonly got: string }

export const manifestFile = 'manifest.json'
export const contentFile = (sha: string): string => `content/${sha}`

/** Indented JSON, contents sorted by name. */
export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify({ ...manifest, contents: [...manifest.contents].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) }, null, 2)}\n`

/** Reads a manifest's text; the first thing wrong in it, with its place. */
export function readManifest(text: string): Result<Manifest, BundleTrouble> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return wrong('', 'JSON', cause instanceof Error ? cause.message : String(cause))
  }
  if (!isRecord(value)) return wrong('', 'an object', value)
  const { bundle, site, made, contents } = value
  if (bundle !== 1) return wrong('bundle', '1', bundle)
  if (typeof site !== 'string' || site === '') return wrong('site', 'the name of a site', site)
  if (!isRecord(made)) return wrong('made', 'an object', made)
  const { at, by } = made
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at)))
    return wrong('made.at', 'a time in ISO 8601', at)
  if (typeof by !== 'string') return wrong('made.by', 'who made it', by)
  if (!Array.isArray(contents)) return wrong('contents', 'a list', contents)
  const entries: BundleEntry[] = []
  for (const [i, entry] of contents.entries()) {
    const where = `contents[${i}]`
    if (!isRecord(entry)) return wrong(where, 'an object', entry)
    const { sha, size, name } = entry
    if (typeof sha !== 'string' || !/^[0-9a-f]{64}$/.test(sha))
      return wrong(`${where}.sha`, 'a SHA-256 in hex', sha)
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      return wrong(`${where}.size`, 'a whole number of bytes', size)
    if (typeof name !== 'string' || name === '') return wrong(`${where}.name`, 'a name', name)
    if (entries.some((other) => other.sha === sha)) return wrong(`${where}.sha`, 'each content once', sha)
    entries.push({ sha, size, name })
  }
  return ok({ bundle: 1, site, made: { at, by }, contents: entries })
}

const wrong = (at: string, expected: string, got: unknown): Result<never, BundleTrouble> =>
  err({
    kind: 'bad-manifest',
    file: manifestFile,
    at,
    expected,
    got: typeof got === 'string' ? got : (JSON.stringify(got)?.slice(0, 100) ?? 'nothing'),
  })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line for a person: which file, what was expected and found, what is true now, what to do next. */
export function describeBundleTrouble(folder: string, trouble: BundleTrouble): string {
  const where = `${folder}/${trouble.file}`
  switch (trouble.kind) {
    case 'no-bundle':
      return `${where}: not a bundle (${trouble.detail}). Nothing was changed. Name the folder that prestage wrote.`
    case 'unusable':
      return `${folder}: expected a folder that a bundle can be written into, got one that it can't (${trouble.detail}). Nothing was read or written. Name another one with --out.`
    case 'no-room':
      return `${folder}: expected room for ${trouble.need} bytes more, got ${trouble.free}. Nothing was read or written. Make room there, or name another folder with --out.`
    case 'unwritable':
      return `${folder}: it can't be written (${trouble.detail}). The bundle is not complete. Correct that and write it again.`
    case 'bad-manifest':
      return `${where}${trouble.at === '' ? '' : `: ${trouble.at}`}: expected ${trouble.expected}, got ${trouble.got}. Nothing was changed. Write the bundle again.`
    case 'foreign':
      return `${where}: a bundle for ${trouble.got}, not for ${trouble.expected}. Nothing was changed. Send the disk to ${trouble.got}, or write a bundle for ${trouble.expected}.`
    case 'missing':
      return `${where}: ${trouble.name} is listed in the manifest and its file is not there. Nothing was changed. Write the bundle again.`
    case 'size':
      return `${where}: ${trouble.name}: expected ${trouble.expected} bytes, found ${trouble.got}: not copied to the end? Nothing was changed. Write the bundle again.`
    case 'corrupted':
      return `${where}: ${trouble.name}: its SHA-256 is ${trouble.got}: the file was changed or damaged. Nothing was changed. Write the bundle again.`
  }
}
