/** Size that a manifest lists for a content, or what is wrong with it. */
export function sizeListed(manifest: Uint8Array, sha: string): number | 'bad-manifest' | 'not-listed' {
  let read: unknown
  try {
    read = JSON.parse(Buffer.from(manifest).toString('utf8'))
  } catch {
    return 'bad-manifest'
  }
  const contents: unknown =
    typeof read === 'object' && read !== null && 'contents' in read ? read.contents : undefined
  if (!Array.isArray(contents)) return 'bad-manifest'
  const entry: unknown = contents.find((one: unknown) => isEntry(one) && one.sha === sha)
  return isEntry(entry) ? Number(entry.size) : 'not-listed'
}

const isEntry = (value: unknown): value is { readonly sha: unknown; readonly size: unknown } =>
  typeof value === 'object' && value !== null && 'sha' in value && 'size' in value
