import type { EngineSource } from './engine-failure.ts'

/** What a person can watch while the engine is obtained. Times in ms. */
export type EngineProgress =
  /** Something was passed over, and why: a version that doesn't fit, a damaged cache. */
  | { readonly kind: 'skipped'; readonly from: EngineSource; readonly because: string }
  /** Another process is obtaining it; this one waits. */
  | { readonly kind: 'waiting'; readonly elapsedMs: number }
  | {
      readonly kind: 'download'
      readonly url: string
      readonly bytes: number
      /** Undefined when the server doesn't say. */
      readonly totalBytes: number | undefined
      readonly elapsedMs: number
    }
  | {
      readonly kind: 'build'
      /** `modules`: sources are fetched; `compile`: packages are compiled; `link`: the last one. */
      readonly phase: 'modules' | 'compile' | 'link'
      /** Modules fetched or packages compiled so far, and how many there are to be at most. */
      readonly done: number
      readonly total: number
      readonly elapsedMs: number
      /** Estimate for the whole build on this machine. */
      readonly expectedMs: number
    }
  | { readonly kind: 'ready'; readonly path: string; readonly version: string; readonly from: EngineSource }

export type OnProgress = (progress: EngineProgress) => void
