import * as grpc from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import type * as p from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { describeFailure, type Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import { typeInUrn } from '../domain/urn.ts'
import { answeringOf } from './answering.ts'
import { checkAnswer, diffAnswer, message, struct, withoutValues } from './answers.ts'
import { unwrap } from './wire-values.ts'
import { commandCalls } from './command/command-calls.ts'
import { commandType } from './command/free-command.ts'
import { configurationHandlers } from './configuration.ts'
import { initFailed, refusal } from './grpc-errors.ts'
import type { Outcome, ResourceCalls, Struct } from './calls.ts'
import { kindCalls } from './resource-calls.ts'
import type { StackRun } from './stack-run.ts'

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

type Typed = { getUrn(): string; getType(): string }

const typeOf = (request: Typed): string => request.getType() || (typeInUrn(request.getUrn()) ?? '')

/** Who answers for a resource: its kind, or the free commands of `@pulumi/command`, which this server stands for too. */
function callsOf(run: StackRun, request: Typed): ResourceCalls {
  const type = typeOf(request)
  const urn = request.getUrn()
  if (type === commandType) return commandCalls(run, urn)
  const loaded = run.kind(type)
  if (loaded !== undefined) return kindCalls(run, { urn, loaded })
  throw refusal(
    `${type} is not a kind of this provider. Known: ${[...run.options.catalogue.keys()].join(', ')}.`,
  )
}

/** The outcome of a mutation; throws what the engine must hear otherwise. */
function mutated(result: Result<Outcome, Failure>, inputs: Struct): Outcome {
  if (!result.ok) throw refusal(describeFailure(result.error))
  const { id, properties, short } = result.value
  if (short !== undefined) throw initFailed(id, properties, inputs, describeFailure(short))
  return result.value
}

function handlersOf(run: StackRun): grpc.UntypedServiceImplementation {
  const answering = answeringOf(run)
  const unimplemented = answering(() => {
    throw refusal('Not offered by this provider.', grpc.status.UNIMPLEMENTED)
  })
  return {
    ...configurationHandlers(run),
    check: answering(async (request: p.CheckRequest) => {
      const news = struct(request.getNews())
      const { complaints, inputs } = await callsOf(run, request).check(news)
      return checkAnswer(inputs, withoutValues(complaints, unwrap(news).secrets))
    }),
    diff: answering(async (request: p.DiffRequest) => {
      const olds = { ...struct(request.getOlds()), ...struct(request.getOldInputs()) }
      const result = await callsOf(run, request).diff(
        olds,
        struct(request.getNews()),
        request.getIgnorechangesList(),
      )
      if (!result.ok) throw refusal(describeFailure(result.error))
      return diffAnswer(result.value)
    }),
    create: answering(async (request: p.CreateRequest) => {
      const news = struct(request.getProperties())
      const result = await callsOf(run, request).mutate('create', request.getPreview(), {}, news)
      const { id, properties } = mutated(result, news)
      const answer = new messages.CreateResponse()
      answer.setId(id)
      answer.setProperties(message(properties))
      return answer
    }),
    update: answering(async (request: p.UpdateRequest) => {
      const olds = { ...struct(request.getOlds()), ...struct(request.getOldInputs()) }
      const news = struct(request.getNews())
      const result = await callsOf(run, request).mutate(
        'update',
        request.getPreview(),
        olds,
        news,
        request.getIgnorechangesList(),
      )
      const answer = new messages.UpdateResponse()
      answer.setProperties(message(mutated(result, news).properties))
      return answer
    }),
    read: answering(async (request: p.ReadRequest) => {
      const olds = struct(request.getProperties())
      const result = await callsOf(run, request).read(olds, struct(request.getInputs()))
      if (!result.ok) throw refusal(describeFailure(result.error))
      const answer = new messages.ReadResponse()
      answer.setId(result.value.id)
      if (result.value.id !== '') {
        answer.setProperties(message(result.value.properties))
        answer.setInputs(request.getInputs())
      }
      return answer
    }),
    delete: answering(async (request: p.DeleteRequest) => {
      const olds = struct(request.getProperties())
      const former = struct(request.getOldInputs())
      const inputs = Object.keys(former).length > 0 ? former : olds
      const result = await callsOf(run, request).mutate('delete', false, olds, inputs)
      if (!result.ok) throw refusal(describeFailure(result.error))
      // It is still there: an error that keeps it in the state as it is.
      if (result.value.short !== undefined) throw refusal(describeFailure(result.value.short))
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
