import type {
  EngineEvent as RawEvent,
  OpType,
  PropertyDiff,
  StepEventMetadata,
} from '@pulumi/pulumi/automation/index.js'

/** What the engine does with a resource. */
export type EngineOp = OpType

/** What a person can watch of one run of the engine. Secrets in it are masked by the engine. */
export type EngineEvent =
  | {
      readonly kind: 'resource'
      readonly phase: 'started' | 'done' | 'failed'
      readonly op: EngineOp
      readonly urn: string
      readonly type: string
      /** Empty while unknown. */
      readonly id: string
      /** True in a preview: nothing is done. */
      readonly planning: boolean
      /** Inputs that differ. */
      readonly diffs: readonly string[]
      /** Inputs that force a replacement. */
      readonly replaceKeys: readonly string[]
      readonly detailedDiff: { readonly [path: string]: DiffKind }
    }
  | {
      readonly kind: 'diagnostic'
      readonly severity: 'info' | 'warning' | 'error'
      readonly message: string
      /** Undefined when it is about no resource. */
      readonly urn: string | undefined
      /** A passing status line, replaced by the next one. */
      readonly ephemeral: boolean
    }
  | {
      readonly kind: 'summary'
      readonly changes: { readonly [op in EngineOp]?: number }
      readonly seconds: number
      /** The state may not say what exists: an act ended in a way the engine can't judge. */
      readonly maybeCorrupt: boolean
    }

export type DiffKind = `${PropertyDiff['diffKind']}`

export const rootStackType = 'pulumi:pulumi:Stack'

/** The SDK also sends `debug`, which its type doesn't list. */
const severities: { readonly [severity: string]: 'info' | 'warning' | 'error' | undefined } = {
  info: 'info',
  'info#err': 'info',
  warning: 'warning',
  error: 'error',
}

/** Our form of an engine event; undefined for those that nobody here needs. */
export function readEvent(raw: RawEvent): EngineEvent | undefined {
  if (raw.resourcePreEvent)
    return resource('started', raw.resourcePreEvent.metadata, raw.resourcePreEvent.planning)
  if (raw.resOutputsEvent) return resource('done', raw.resOutputsEvent.metadata, raw.resOutputsEvent.planning)
  if (raw.resOpFailedEvent) return resource('failed', raw.resOpFailedEvent.metadata, false)
  if (raw.diagnosticEvent) {
    const { message, urn, ephemeral } = raw.diagnosticEvent
    const severity = severities[raw.diagnosticEvent.severity]
    if (severity === undefined) return undefined
    return {
      kind: 'diagnostic',
      severity,
      message: plain(message).trimEnd(),
      urn: urn === '' ? undefined : urn,
      ephemeral: ephemeral ?? false,
    }
  }
  if (raw.summaryEvent) {
    const { resourceChanges, durationSeconds, maybeCorrupt } = raw.summaryEvent
    return { kind: 'summary', changes: resourceChanges, seconds: durationSeconds, maybeCorrupt }
  }
  return undefined
}

function resource(
  phase: 'started' | 'done' | 'failed',
  metadata: StepEventMetadata,
  planning: boolean | undefined,
): EngineEvent {
  return {
    kind: 'resource',
    phase,
    op: metadata.op,
    urn: metadata.urn,
    type: metadata.type,
    id: metadata.new?.id || metadata.old?.id || '',
    planning: planning ?? false,
    diffs: metadata.diffs ?? [],
    replaceKeys: metadata.keys ?? [],
    detailedDiff: Object.fromEntries(
      Object.entries(metadata.detailedDiff ?? {}).map(([path, diff]) => [path, diff.diffKind]),
    ),
  }
}

/** Without the engine's colour marks (`<{%fg 1%}>`). */
export const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, '')
