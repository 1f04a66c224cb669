import * as grpc from '@grpc/grpc-js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import statuses from '@pulumi/pulumi/proto/status_pb.js'
import any from 'google-protobuf/google/protobuf/any_pb.js'
import structs from 'google-protobuf/google/protobuf/struct_pb.js'
import type { JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb.js'

/** An error that leaves the state as it is. Not UNKNOWN, which the engine takes for a maybe corrupt stack. */
export const refusal = (
  text: string,
  code: grpc.status = grpc.status.FAILED_PRECONDITION,
): grpc.ServiceError => Object.assign(new Error(text), { code, details: text, metadata: new grpc.Metadata() })

type Struct = { readonly [key: string]: unknown }

/** The thing exists but is not as wanted: the engine keeps it in the state with the reason, and the next run updates it. */
export function initFailed(
  id: string,
  properties: Struct,
  inputs: Struct,
  reason: string,
): grpc.ServiceError {
  const detail = new messages.ErrorResourceInitFailed()
  detail.setId(id)
  detail.setProperties(structs.Struct.fromJavaScript(properties as { [key: string]: JavaScriptValue }))
  detail.setInputs(structs.Struct.fromJavaScript(inputs as { [key: string]: JavaScriptValue }))
  detail.setReasonsList([reason])
  const packed = new any.Any()
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed')
  const status = new statuses.Status()
  status.setCode(grpc.status.UNKNOWN)
  status.setMessage(reason)
  status.addDetails(packed)
  const metadata = new grpc.Metadata()
  metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()))
  return Object.assign(new Error(reason), { code: grpc.status.UNKNOWN, details: reason, metadata })
}
