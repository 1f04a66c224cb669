import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'

/** A bucket of an object store in memory that speaks the part of S3's protocol that the engine uses. Signatures are not looked at. */
export interface ObjectStore {
  /** URL of the bucket, as a state backend. */
  readonly url: string
  /** What whoever uses it must have in the environment. */
  readonly env: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string }
  /** By key. */
  readonly objects: Map<string, Buffer>
  close(): Promise<void>
}

const bucket = 'states'

export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store')
      const key = decodeURIComponent(pathname).replace(new RegExp(`^/${bucket}/?`), '')
      const answer = (code: number, text: string | Buffer = '', headers: Record<string, string> = {}): void =>
        void response.writeHead(code, headers).end(request.method === 'HEAD' ? '' : text)
      if (key === '')
        return answer(200, listing(objects, searchParams), { 'content-type': 'application/xml' })
      const object = objects.get(key)
      switch (request.method) {
        case 'PUT': {
          const source = request.headers['x-amz-copy-source']
          const stored = typeof source === 'string' ? objects.get(sourceKey(source)) : body
          if (stored === undefined) return answer(404, errorText('NoSuchKey'))
          objects.set(key, stored)
          return typeof source === 'string'
            ? answer(200, `<CopyObjectResult><ETag>${etag(stored)}</ETag></CopyObjectResult>`)
            : answer(200, '', { etag: etag(stored) })
        }
        case 'DELETE':
          objects.delete(key)
          return answer(204)
        default:
          return object === undefined
            ? answer(404, errorText('NoSuchKey'), { 'content-type': 'application/xml' })
            : answer(200, object, {
                etag: etag(object),
                'content-length': String(object.length),
                'content-type': 'application/octet-stream',
                'last-modified': modified,
              })
      }
    })
  })
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  return {
    url: `s3://${bucket}?region=us-east-1&endpoint=http://127.0.0.1:${port}&s3ForcePathStyle=true`,
    env: { AWS_ACCESS_KEY_ID: 'anna', AWS_SECRET_ACCESS_KEY: 'of the store' },
    objects,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const modified = 'Tue, 24 Nov 2026 05:00:00 GMT'
const etag = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`
const sourceKey = (source: string): string =>
  decodeURIComponent(source)
    .replace(/^\//, '')
    .slice(bucket.length + 1)
const errorText = (code: string): string => `<Error><Code>${code}</Code><Message>${code}</Message></Error>`

/** The body; where it came in signed chunks, without what frames them. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array))
  const whole = Buffer.concat(parts)
  if (request.headers['x-amz-decoded-content-length'] === undefined) return whole
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const end = whole.indexOf('\r\n', at)
    const size = parseInt(whole.subarray(at, end).toString('latin1'), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(whole.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

/** ListObjectsV2. */
function listing(objects: ReadonlyMap<string, Buffer>, search: URLSearchParams): string {
  const prefix = search.get('prefix') ?? ''
  const delimiter = search.get('delimiter') ?? ''
  const folders = new Set<string>()
  const files: string[] = []
  for (const [key, body] of [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (cut >= 0) folders.add(key.slice(0, cut + delimiter.length))
    else
      files.push(
        `<Contents><Key>${key}</Key><LastModified>2026-11-24T05:00:00.000Z</LastModified><ETag>${etag(body)}</ETag><Size>${body.length}</Size></Contents>`,
      )
  }
  const prefixes = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`)
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>${files.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${files.join('')}${prefixes.join('')}</ListBucketResult>`
}
