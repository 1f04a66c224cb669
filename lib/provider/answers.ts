import messages from '@pulumi/pulumi/proto/provider_pb.js'
import type * as p from '@pulumi/pulumi/proto/provider_pb.js'
import structs from 'google-protobuf/google/protobuf/struct_pb.js'
import type { Struct as StructMessage, JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb.js'
import type { Complaint } from './inputs.ts'
import type { Difference, Struct } from './calls.ts'

export const struct = (message: StructMessage | undefined): Struct => message?.toJavaScript() ?? {}
export const message = (value: Struct): StructMessage =>
  structs.Struct.fromJavaScript(value as { [key: string]: JavaScriptValue })

/** The engine shows the value of a property that it is told of, secrets too: of those the property goes into the sentence. */
export const withoutValues = (
  complaints: readonly Complaint[],
  secrets: ReadonlySet<string>,
): readonly Complaint[] =>
  complaints.map((one) =>
    secrets.has(one.property.split('.')[0] ?? '')
      ? { property: '', reason: `${one.property}: ${one.reason}` }
      : one,
  )

export function checkAnswer(inputs: Struct, complaints: readonly Complaint[]): p.CheckResponse {
  const answer = new messages.CheckResponse()
  answer.setInputs(message(inputs))
  for (const { property, reason } of complaints) {
    const failure = new messages.CheckFailure()
    failure.setProperty(property)
    failure.setReason(reason)
    answer.addFailures(failure)
  }
  return answer
}

export function diffAnswer(difference: Difference): p.DiffResponse {
  const answer = new messages.DiffResponse()
  // The engine asks even of what a run before has removed and not made again: otherwise it would remove what it makes then.
  answer.setDeletebeforereplace(true)
  if (difference.changes === 'none') {
    answer.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)
    return answer
  }
  answer.setChanges(messages.DiffResponse.DiffChanges.DIFF_SOME)
  answer.setReplacesList([...difference.replaces])
  answer.setDiffsList(difference.properties.map((change) => change.property))
  answer.setHasdetaileddiff(difference.properties.length > 0)
  const kinds = messages.PropertyDiff.Kind
  for (const { property, kind, replace } of difference.properties) {
    const detail = new messages.PropertyDiff()
    detail.setKind(replace ? kinds.UPDATE_REPLACE : kind === 'add' ? kinds.ADD : kinds.UPDATE)
    detail.setInputdiff(true)
    answer.getDetaileddiffMap().set(property, detail)
  }
  return answer
}
