import type * as grpc from '@grpc/grpc-js'
import { refusal } from './grpc-errors.ts'
import type { StackRun } from './stack-run.ts'

/** A call of the engine with one answer. */
export type Unary<Q, A> = (call: { request: Q }, callback: grpc.sendUnaryData<A>) => void

/** A handler that answers; what it throws is a defect and is said as one, without what the run knows to be secret. */
export const answeringOf =
  (run: Pick<StackRun, 'told'>) =>
  <Q, A>(handle: (request: Q) => Promise<A> | A): Unary<Q, A> =>
  (call, callback) => {
    void (async () => handle(call.request))().then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(isServiceError(error) ? error : refusal(run.told(internal(error))), null),
    )
  }

const isServiceError = (error: unknown): error is grpc.ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number'

const internal = (error: unknown): string =>
  `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
