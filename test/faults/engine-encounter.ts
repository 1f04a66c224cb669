import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { armGuards } from '../../lib/cli/run/guards.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { createInterrupts } from '../../lib/engine/interrupts.ts'
import { ensureEngine } from '../../lib/engine/obtain.ts'
import { runStack } from '../../lib/engine/run.ts'
import { describeStackFailure } from '../../lib/engine/stack-failure.ts'
import { File } from '../../lib/provider/resources/index.ts'
import { serveProvider } from '../../lib/provider/server.ts'
import { checkpointFile, unfinishedIn } from './checkpoint.ts'
import type { Finding } from './findings.ts'
import type { Bench } from './one-process.ts'
import { stackOf } from './small-engine.ts'

const launcher = dirname(
  fileURLToPath(new URL('../../lib/provider/launcher/pulumi-resource-chancery', import.meta.url)),
)
const stack = 'met'
const pathOf = (name: string): string => `C:\\Met\\${name}.txt`

/** Two files that are made and in the state; then the state is written as engines leave it that are killed, and the next run comes. */
export async function meetKilledEngines(bench: Bench): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-met-'))
  try {
    mkdirSync(join(folder, 'state'))
    const made = await previewAndUp(bench, folder)
    if (made !== undefined) throw new Error(`without any fault it ends with ${made}`)
    leaveAsKilled(bench, join(folder, 'state'))
    const failed = await previewAndUp(bench, folder)
    const { files } = bench.host.world
    const lost = ['begun', 'half'].filter((name) => !files.read(pathOf(name)).ok)
    return [
      ...(failed === undefined ? [] : [{ counter: 'unreachableForGood', what: failed } as const]),
      ...lost.map((name): Finding => ({ counter: 'lost', what: `${name} is not there` })),
      ...['begun', 'half'].flatMap((name) =>
        unfinishedIn(
          join(folder, 'state'),
          stack,
          `urn:pulumi:${stack}::chancery::chancery:windows:File::${name}`,
        ).map((what): Finding => ({
          counter: 'wrongReports',
          what: `the state still has as not ended: ${what}`,
        })),
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** With the real engine; gives why it failed. */
async function previewAndUp(bench: Bench, folder: string): Promise<string | undefined> {
  const engine = await ensureEngine({ env: process.env, onProgress: () => undefined })
  if (!engine.ok) throw new Error(`there is no engine: ${JSON.stringify(engine.error)}`)
  const { backend, close } = bench.connect()
  const { run, book } = stackOf(backend, [])
  try {
    for (const operation of ['preview', 'up'] as const) {
      if (operation === 'up') armGuards(book, backend.batch, () => false)
      const server = await serveProvider(run(operation === 'up' ? 'apply' : 'preview'))
      const ran = await runStack({
        enginePath: engine.value.path,
        engineVersion: engine.value.version,
        project: 'chancery',
        stack,
        backendUrl: pathToFileURL(join(folder, 'state')).href,
        workFolder: join(folder, 'work'),
        pluginFolders: { chancery: launcher },
        passphrase: { from: 'value', value: 'met' },
        env: process.env,
        debugProviders: { chancery: server.port },
        parallel: 4,
        interrupts: createInterrupts(),
        operation,
        onEvent: () => undefined,
        program: () => {
          for (const name of ['begun', 'half'])
            new File(name, { host: 'hv1', path: pathOf(name), content: name, encoding: 'utf8' })
          return Promise.resolve({})
        },
      })
      await server.close()
      if (!ran.ok) return `${operation}: ${describeStackFailure(ran.error)}`
    }
    return undefined
  } finally {
    await close()
  }
}

/** One is being created, its end was never written; the other was removed to be made anew, and is not made. */
function leaveAsKilled(bench: Bench, state: string): void {
  const file = checkpointFile(state, stack)
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly checkpoint: { readonly latest: { resources: JsonObject[]; pending_operations?: JsonObject[] } }
  }
  const { latest } = document.checkpoint
  const isOf = (name: string) => (one: JsonObject) => String(one['urn']).endsWith(`::${name}`)
  const begun = latest.resources.find(isOf('begun'))
  if (begun === undefined) throw new Error('Internal error: what was made is not in the state')
  latest.resources = latest.resources
    .filter((one) => one !== begun)
    .map((one) => (isOf('half')(one) ? { ...one, pendingReplacement: true } : one))
  latest.pending_operations = [{ type: 'creating', resource: begun }]
  writeFileSync(file, JSON.stringify(document))
  const { files } = bench.host.world
  files.remove(pathOf('half'), true, true)
  for (const [path] of [...files.walk()]) {
    const read = /\\chancery\\owned\\/i.test(path) ? files.read(path) : undefined
    if (read?.ok === true && new TextDecoder().decode(read.value).includes('::half'))
      files.remove(path, true, true)
  }
}
