import type { SitePreview } from './types.ts'

/** Whether anything of a site would change. */
export const hasChanges = ({ rows }: Pick<SitePreview, 'rows'>): boolean =>
  rows.some(({ change }) => change !== 'same' && change !== 'fail')

/** Refused, foreign or unseen things stop a site as a whole; what merely waits lets the rest go on. */
export const isStopped = ({ failed, rows }: Pick<SitePreview, 'failed' | 'rows'>): boolean =>
  failed !== undefined && (failed.outcome !== 'deferred' || rows.length === 0)

/** Whether there is anything to go on with at a site, so that a person is asked. */
export const canGoOn = (preview: Pick<SitePreview, 'failed' | 'rows'>): boolean =>
  hasChanges(preview) && !isStopped(preview)
