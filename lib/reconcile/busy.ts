import type { Reply } from '../transport/wire.ts'

/** The worker's own: somebody else's frame runs on the host, so nothing of this operation did. */
export const busyId = 'Chancery.Busy'

/** Whether the host refused an operation because another session was at work on it. */
export const isBusy = (reply: Reply): boolean =>
  !reply.ok && reply.why === 'error' && reply.error.fqid.split(',')[0] === busyId
