import { Server, ServerCredentials, status, type sendUnaryData, type UntypedHandleCall } from '@grpc/grpc-js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'
import * as pulumi from '@pulumi/pulumi'
import plugin from '@pulumi/pulumi/proto/plugin_pb.js'
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import provider from '@pulumi/pulumi/proto/provider_pb.js'

/** A provider of one resource, in memory, whose hand the test holds. */
export interface MemoryProvider {
  readonly port: number
  /** `create motd`, `delete motd`, `cancel`, in the order in which they came. */
  readonly calls: string[]
  /** Content by name. */
  readonly things: Map<string, string>
  /** Names whose create fails with this message. */
  readonly failing: Map<string, string>
  /** Resolves when a create of this name has come; it is answered once `release` is called. */
  hold(name: string): { readonly arrived: Promise<undefined>; release(): void }
  /** Resolves when the engine has cancelled. */
  readonly cancelled: Promise<undefined>
  close(): void
}

type Call<Q> = { readonly request: Q }
const unary =
  <Q, A>(answer: (request: Q) => A | Promise<A>): UntypedHandleCall =>
  (call: Call<Q>, reply: sendUnaryData<A>) => {
    void Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (value) => reply(null, value),
        (error: unknown) =>
          reply({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      )
  }

export async function memoryProvider(): Promise<MemoryProvider> {
  const calls: string[] = []
  const things = new Map<string, string>()
  const failing = new Map<string, string>()
  const gates = new Map<string, { arrive(): void; released: Promise<undefined> }>()
  const cancel = Promise.withResolvers<undefined>()
  const text = (from: struct.Struct | undefined, key: string): string =>
    String(from?.toJavaScript()[key] ?? '')

  const service: { [method: string]: UntypedHandleCall } = {
    handshake: unary(() => new provider.ProviderHandshakeResponse()),
    attach: unary(() => new empty.Empty()),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion('1.0.0')),
    checkConfig: unary((q: provider.CheckRequest) => new provider.CheckResponse().setInputs(q.getNews())),
    diffConfig: unary(() => new provider.DiffResponse()),
    configure: unary(() => new provider.ConfigureResponse().setSupportspreview(true)),
    check: unary((q: provider.CheckRequest) => new provider.CheckResponse().setInputs(q.getNews())),
    diff: unary((q: provider.DiffRequest) => {
      const differs = text(q.getOldInputs(), 'content') !== text(q.getNews(), 'content')
      const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges
      return new provider.DiffResponse()
        .setChanges(differs ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(differs ? ['content'] : [])
    }),
    create: unary(async (q: provider.CreateRequest) => {
      const name = text(q.getProperties(), 'name')
      if (q.getPreview()) return new provider.CreateResponse().setProperties(q.getProperties())
      calls.push(`create ${name}`)
      gates.get(name)?.arrive()
      await gates.get(name)?.released
      const failure = failing.get(name)
      if (failure !== undefined) throw new Error(failure)
      things.set(name, text(q.getProperties(), 'content'))
      return new provider.CreateResponse().setId(name).setProperties(q.getProperties())
    }),
    update: unary((q: provider.UpdateRequest) => {
      if (!q.getPreview()) {
        calls.push(`update ${q.getId()}`)
        things.set(q.getId(), text(q.getNews(), 'content'))
      }
      return new provider.UpdateResponse().setProperties(q.getNews())
    }),
    read: unary((q: provider.ReadRequest) => {
      calls.push(`read ${q.getId()}`)
      const content = things.get(q.getId())
      if (content === undefined) return new provider.ReadResponse()
      const seen = struct.Struct.fromJavaScript({ name: q.getId(), content })
      return new provider.ReadResponse().setId(q.getId()).setProperties(seen).setInputs(seen)
    }),
    delete: unary((q: provider.DeleteRequest) => {
      calls.push(`delete ${q.getId()}`)
      things.delete(q.getId())
      return new empty.Empty()
    }),
    cancel: unary(() => {
      calls.push('cancel')
      cancel.resolve(undefined)
      return new empty.Empty()
    }),
  }
  const server = new Server()
  server.addService(providerGrpc.ResourceProviderService, service)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return {
    port,
    calls,
    things,
    failing,
    cancelled: cancel.promise,
    hold: (name) => {
      const arrived = Promise.withResolvers<undefined>()
      const released = Promise.withResolvers<undefined>()
      gates.set(name, { arrive: () => arrived.resolve(undefined), released: released.promise })
      return { arrived: arrived.promise, release: () => released.resolve(undefined) }
    },
    close: () => server.forceShutdown(),
  }
}

/** The provider's resource. */
export class Thing extends pulumi.CustomResource {
  declare readonly content: pulumi.Output<string>
  constructor(name: string, content: pulumi.Input<string>, options?: pulumi.CustomResourceOptions) {
    super('memory:index:Thing', name, { name, content }, options)
  }
}
