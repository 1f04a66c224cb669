import resource from '@pulumi/pulumi/proto/resource_pb.js'
import { setMocks } from '@pulumi/pulumi/runtime/mocks.js'
import { getMonitor } from '@pulumi/pulumi/runtime/settings.js'
import structs from 'google-protobuf/google/protobuf/struct_pb.js'
import { type CollectedResource, traced } from './collect-messages.ts'

type Reply<T> = (error: Error | null, response: T) => void

/**
 * Puts a stand-in for the engine into this process, for one call of a program. It answers each resource as a preview of its
 * creation would (what isn't an input is unknown), and keeps it in the list that is returned. With `trace`, the outputs that it names
 * for a type have a text that tells whose they are.
 */
export async function startCollecting(
  project: string,
  stack: string,
  trace: { readonly [type: string]: readonly string[] } = {},
): Promise<readonly CollectedResource[]> {
  const collected: CollectedResource[] = []
  /** As the engine makes it: the types of all parents, but not that of the stack. */
  const urnOf = (parent: string, type: string, name: string): string => {
    const parentType = parent.split('::')[2]
    return `urn:pulumi:${stack}::${project}::${parentType === undefined ? type : `${parentType}$${type}`}::${name}`
  }
  const registerResource = (
    request: resource.RegisterResourceRequest,
    reply: Reply<resource.RegisterResourceResponse>,
  ): void => {
    const urn = urnOf(request.getParent(), request.getType(), request.getName())
    collected.push({
      urn,
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      parent: request.getParent(),
      dependencies: request.getDependenciesList(),
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect() === true,
      inputs: JSON.parse(JSON.stringify(request.getObject()?.toJavaScript() ?? {})),
    })
    const answer = request.getObject() ?? new structs.Struct()
    const outputs = (trace[request.getType()] ?? []).filter((name) => !answer.getFieldsMap().has(name))
    for (const name of outputs)
      answer.getFieldsMap().set(name, new structs.Value().setStringValue(traced(urn, name)))
    reply(null, new resource.RegisterResourceResponse().setUrn(urn).setObject(answer))
  }
  /** A `get` of what exists: nothing is known of it before the engine asks. */
  const readResource = (
    request: resource.ReadResourceRequest,
    reply: Reply<resource.ReadResourceResponse>,
  ): void => {
    const urn = urnOf(request.getParent(), request.getType(), request.getName())
    reply(null, new resource.ReadResourceResponse().setUrn(urn).setProperties(request.getProperties()))
  }
  const registerResourceOutputs = (_request: unknown, reply: Reply<object>): void => reply(null, {})

  // The mocks' set-up tells the SDK what the stand-in can do; their own answers would drop parents and dependencies.
  await setMocks({ call: refuse, newResource: ({ type }) => refuse({ token: type }) }, project, stack, true)
  Object.assign(getMonitor() ?? {}, { registerResource, readResource, registerResourceOutputs })
  return collected
}

function refuse({ token }: { readonly token: string }): never {
  throw new Error(`${token}: a function of a provider can't be called while a program is collected`)
}
