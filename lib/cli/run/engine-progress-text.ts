import type { EngineProgress } from '../../engine/engine-progress.ts'

/** How often a step that goes on is said again, ms. */
const every = 5000

/** Says what is done to obtain the engine: each new thing at once, one that goes on every five seconds. */
export function engineProgressText(): (progress: EngineProgress) => string | undefined {
  let last = ''
  let saidAt = -every
  return (progress) => {
    const key = progress.kind === 'build' ? `build ${progress.phase}` : progress.kind
    const elapsed = 'elapsedMs' in progress ? progress.elapsedMs : 0
    if (key === last && elapsed - saidAt < every) return undefined
    last = key
    saidAt = elapsed
    return textOf(progress)
  }
}

function textOf(progress: EngineProgress): string | undefined {
  switch (progress.kind) {
    case 'skipped':
      return progress.from === 'path' || progress.from === 'cache'
        ? undefined
        : `Pulumi engine: not by ${progress.from}: ${progress.because}`
    case 'waiting':
      return `Pulumi engine: another process is obtaining it; waiting for ${seconds(progress.elapsedMs)}`
    case 'download': {
      const total = progress.totalBytes === undefined ? '' : ` of ${megabytes(progress.totalBytes)}`
      return `Pulumi engine: downloading, ${megabytes(progress.bytes)}${total} after ${seconds(progress.elapsedMs)}`
    }
    case 'build':
      return `Pulumi engine: building from its Go modules, ${phases[progress.phase]} ${progress.done} of about ${progress.total}, ${seconds(progress.elapsedMs)} of about ${seconds(progress.expectedMs)}`
    case 'ready':
      return progress.from === 'cache' || progress.from === 'path'
        ? undefined
        : `Pulumi engine: version ${progress.version} is ready (${progress.from})`
  }
}

const phases = { modules: 'module', compile: 'package', link: 'linking' } as const
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
