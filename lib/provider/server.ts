import * as grpc from '@grpc/grpc-js'
import pluginMessages from '@pulumi/pulumi/proto/plugin_pb.js'
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import type * as p from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import structs from 'google-protobuf/google/protobuf/struct_pb.js'
import type { Struct as StructMessage, JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb.js'
import { describeFailure, type Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import { initFailed, refusal } from './grpc-errors.ts'
import {
  type Call,
  check,
  diff,
  type Difference,
  foresee,
  type Outcome,
  perform,
  read,
  type Struct,
} from './resource-calls.ts'
import { packageSchema } from './schema.ts'
import type { StackRun } from './stack-run.ts'
import { version } from './version.ts'

/** A provider on a port of its own, for one stack run. */
export type ProviderServer = { readonly port: number; close(): Promise<void> }

const messageLimit = 400 * 1024 * 1024

/** Serves `run` on a free loopback port. */
export async function serveProvider(run: StackRun): Promise<ProviderServer> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': messageLimit,
    'grpc.max_send_message_length': messageLimit,
  })
  server.addService(services.ResourceProviderService, handlersOf(run))
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => resolve())
        setTimeout(() => server.forceShutdown(), 1000).unref()
      }),
  }
}

const struct = (message: StructMessage | undefined): Struct => message?.toJavaScript() ?? {}
const message = (value: Struct): StructMessage =>
  structs.Struct.fromJavaScript(value as { [key: string]: JavaScriptValue })

type Unary<Q, A> = (call: { request: Q }, callback: grpc.sendUnaryData<A>) => void

/** A handler that answers; what it throws is a defect and is said as one. */
const answering =
  <Q, A>(handle: (request: Q) => Promise<A> | A): Unary<Q, A> =>
  (call, callback) => {
    void (async () => handle(call.request))().then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(isServiceError(error) ? error : refusal(internal(error)), null),
    )
  }

const isServiceError = (error: unknown): error is grpc.ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number'

const internal = (error: unknown): string =>
  `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`

function unwrapOr(result: Result<Outcome, Failure>): Outcome {
  if (!result.ok) throw refusal(describeFailure(result.error))
  return result.value
}

function handlersOf(run: StackRun): grpc.UntypedServiceImplementation {
  const callOf = (request: { getUrn(): string; getType(): string }): Call => {
    const type = request.getType() || (request.getUrn().split('::')[2]?.split('$').at(-1) ?? '')
    const loaded = run.kind(type)
    if (loaded === undefined)
      throw refusal(
        `${type} is not a kind of this provider. Known: ${[...run.options.catalogue.keys()].join(', ')}.`,
      )
    return { urn: request.getUrn(), loaded }
  }
  const unimplemented = answering(() => {
    throw refusal('Not offered by this provider.', grpc.status.UNIMPLEMENTED)
  })
  return {
    handshake: answering(() => {
      const answer = new messages.ProviderHandshakeResponse()
      answer.setAcceptSecrets(true)
      answer.setAcceptResources(false)
      answer.setAcceptOutputs(false)
      return answer
    }),
    attach: answering(() => new empty.Empty()),
    getPluginInfo: answering(() => {
      const answer = new pluginMessages.PluginInfo()
      answer.setVersion(version)
      return answer
    }),
    getSchema: answering(() => {
      const answer = new messages.GetSchemaResponse()
      answer.setSchema(JSON.stringify(packageSchema(run.options.catalogue)))
      return answer
    }),
    checkConfig: answering((request: p.CheckRequest) => {
      const answer = new messages.CheckResponse()
      answer.setInputs(request.getNews())
      return answer
    }),
    diffConfig: answering(() => new messages.DiffResponse()),
    configure: answering(() => {
      const answer = new messages.ConfigureResponse()
      answer.setAcceptsecrets(true)
      answer.setSupportspreview(true)
      answer.setAcceptresources(false)
      answer.setAcceptoutputs(false)
      return answer
    }),
    cancel: answering(() => {
      run.stopped.abort()
      return new empty.Empty()
    }),
    check: answering((request: p.CheckRequest) => checkAnswer(run, callOf(request), request)),
    diff: answering(async (request: p.DiffRequest) => {
      const olds = { ...struct(request.getOlds()), ...struct(request.getOldInputs()) }
      const result = await diff(run, callOf(request), olds, struct(request.getNews()))
      if (!result.ok) throw refusal(describeFailure(result.error))
      return diffAnswer(result.value)
    }),
    create: answering(async (request: p.CreateRequest) => {
      const news = struct(request.getProperties())
      const call = callOf(request)
      const outcome = unwrapOr(
        request.getPreview()
          ? await foresee(run, 'create', call, {}, news)
          : await perform(run, 'create', call, {}, news),
      )
      if (outcome.short !== undefined)
        throw initFailed(outcome.id, outcome.properties, news, describeFailure(outcome.short))
      const answer = new messages.CreateResponse()
      answer.setId(outcome.id)
      answer.setProperties(message(outcome.properties))
      return answer
    }),
    update: answering(async (request: p.UpdateRequest) => {
      const olds = struct(request.getOlds())
      const news = struct(request.getNews())
      const call = callOf(request)
      const outcome = unwrapOr(
        request.getPreview()
          ? await foresee(run, 'update', call, olds, news)
          : await perform(run, 'update', call, olds, news),
      )
      if (outcome.short !== undefined)
        throw initFailed(outcome.id, outcome.properties, news, describeFailure(outcome.short))
      const answer = new messages.UpdateResponse()
      answer.setProperties(message(outcome.properties))
      return answer
    }),
    read: answering(async (request: p.ReadRequest) => {
      const inputs = struct(request.getInputs())
      const olds = struct(request.getProperties())
      const outcome = unwrapOr(await read(run, callOf(request), olds, inputs))
      const answer = new messages.ReadResponse()
      answer.setId(outcome.id)
      if (outcome.id !== '') {
        answer.setProperties(message(outcome.properties))
        answer.setInputs(request.getInputs())
      }
      return answer
    }),
    delete: answering(async (request: p.DeleteRequest) => {
      const olds = struct(request.getProperties())
      const inputs =
        Object.keys(struct(request.getOldInputs())).length > 0 ? struct(request.getOldInputs()) : olds
      const call = callOf(request)
      const outcome = unwrapOr(await perform(run, 'delete', call, olds, inputs))
      if (outcome.short !== undefined) throw refusal(describeFailure(outcome.short))
      return new empty.Empty()
    }),
    invoke: unimplemented,
    call: unimplemented,
    construct: unimplemented,
    parameterize: unimplemented,
    getMapping: answering(() => new messages.GetMappingResponse()),
    getMappings: answering(() => new messages.GetMappingsResponse()),
    list: (call: grpc.ServerWritableStream<unknown, unknown>) => {
      call.emit('error', refusal('Not offered by this provider.', grpc.status.UNIMPLEMENTED))
    },
  }
}

function checkAnswer(run: StackRun, call: Call, request: p.CheckRequest): p.CheckResponse {
  const news = struct(request.getNews())
  const { complaints, inputs } = check(run, call, news)
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

function diffAnswer(difference: Difference): p.DiffResponse {
  const answer = new messages.DiffResponse()
  if (difference.changes === 'none') {
    answer.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)
    return answer
  }
  answer.setChanges(messages.DiffResponse.DiffChanges.DIFF_SOME)
  answer.setReplacesList([...difference.replaces])
  answer.setDeletebeforereplace(difference.replaces.length > 0)
  answer.setDiffsList(difference.properties.map((change) => change.property))
  answer.setHasdetaileddiff(difference.properties.length > 0)
  for (const { property, kind, replace } of difference.properties) {
    const detail = new messages.PropertyDiff()
    const kinds = messages.PropertyDiff.Kind
    detail.setKind(
      replace
        ? kinds.UPDATE_REPLACE
        : kind === 'add'
          ? kinds.ADD
          : kind === 'delete'
            ? kinds.DELETE
            : kinds.UPDATE,
    )
    detail.setInputdiff(true)
    answer.getDetaileddiffMap().set(property, detail)
  }
  return answer
}
