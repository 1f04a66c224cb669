/** Where an engine may come from, in the order in which it is looked for. */
export type EngineSource = 'path' | 'cache' | 'download' | 'go'

/** Why there is no engine to run. Nothing half written is left behind by any of them. */
export type EngineFailure =
  /** Every way was tried. */
  | {
      readonly kind: 'unavailable'
      readonly version: string
      readonly tried: readonly { readonly from: EngineSource; readonly because: string }[]
    }
  /** The cache folder can't be written. */
  | { readonly kind: 'cache'; readonly folder: string; readonly detail: string }
  | { readonly kind: 'interrupted' }

/** What to say to a person: what was tried, what it gave, what to install. */
export function describeEngineFailure(failure: EngineFailure): string {
  switch (failure.kind) {
    case 'interrupted':
      return 'Interrupted while the Pulumi engine was being obtained. Nothing half written is left; run again.'
    case 'cache':
      return `The cache folder ${failure.folder} can't be written (${failure.detail}). Nothing was written. Make it writable, or name another one with CHANCERY_CACHE.`
    case 'unavailable':
      return [
        `There is no Pulumi engine ${failure.version} and none could be obtained. Nothing was written.`,
        ...failure.tried.map(({ from, because }) => `  ${sourceName[from]}: ${because}`),
        'Do one of these and run again:',
        `  install Pulumi ${failure.version} or a newer 3.x so that \`pulumi version\` works (https://www.pulumi.com/docs/install/);`,
        '  install Go 1.25.11 or newer (https://go.dev/dl/) with access to a Go module proxy: it is then built here, once;',
        '  copy the folder `engine` of the cache of another machine of this kind into the cache folder.',
      ].join('\n')
  }
}

const sourceName: { readonly [source in EngineSource]: string } = {
  path: '`pulumi` on PATH',
  cache: 'cache',
  download: 'download',
  go: 'build from Go modules',
}
