import pluginMessages from '@pulumi/pulumi/proto/plugin_pb.js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import type * as p from '@pulumi/pulumi/proto/provider_pb.js'
import type * as grpc from '@grpc/grpc-js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { answeringOf } from './answering.ts'
import { checkAnswer, diffAnswer, struct } from './answers.ts'
import { refusal } from './grpc-errors.ts'
import { packageSchema } from './schema.ts'
import type { StackRun } from './stack-run.ts'
import { foreignTo, markedInputs } from './state-owner.ts'
import { version } from './version.ts'

/** What the engine asks of a provider as a whole: what it can do, and whose the state is. */
export function configurationHandlers(run: StackRun): grpc.UntypedServiceImplementation {
  const answering = answeringOf(run)
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
      const reason = foreignTo(run, struct(request.getOlds()), request.getUrn())
      return checkAnswer(
        markedInputs(run, struct(request.getNews())),
        reason === undefined ? [] : [{ property: '', reason }],
      )
    }),
    // The mark is all that differs, and it makes no other provider.
    diffConfig: answering(() => diffAnswer({ changes: 'none' })),
    configure: answering((request: p.ConfigureRequest) => {
      const reason = foreignTo(run, struct(request.getArgs()))
      if (reason !== undefined) throw refusal(reason)
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
  }
}
