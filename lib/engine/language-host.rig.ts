import { Server, ServerCredentials, status, type sendUnaryData, type UntypedHandleCall } from '@grpc/grpc-js'
import { createRequire } from 'node:module'
import languageGrpc from '@pulumi/pulumi/proto/language_grpc_pb.js'
import language from '@pulumi/pulumi/proto/language_pb.js'
import plugin from '@pulumi/pulumi/proto/plugin_pb.js'
import { runChild } from './child.ts'

/** Stands for Pulumi's language host for Node, which comes with an official installation only. */
export interface LanguageHost {
  readonly port: number
  close(): void
}

const sdkRun = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run/index.js')

/** Starts a program as that host does: the SDK's own runner under `node`, told of the engine by its arguments. */
export async function languageHost(env: NodeJS.ProcessEnv): Promise<LanguageHost> {
  const run = async (request: language.RunRequest): Promise<language.RunResponse> => {
    const info = request.getInfo()
    const options = info?.getOptions()?.toJavaScript() ?? {}
    const args = [
      `--monitor=${request.getMonitorAddress()}`,
      `--engine=${request.getArgsList()[0] ?? engineAddress}`,
      `--organization=${request.getOrganization()}`,
      `--project=${request.getProject()}`,
      `--root-directory=${info?.getRootDirectory() ?? ''}`,
      `--stack=${request.getStack()}`,
      `--pwd=${request.getPwd()}`,
      ...(request.getDryrun() ? ['--dry-run'] : []),
      info?.getEntryPoint() ?? '.',
    ]
    const exit = await runChild(process.execPath, [sdkRun, ...args], {
      cwd: request.getPwd(),
      env: { ...env, PULUMI_NODEJS_TYPESCRIPT: String(options['typescript'] !== false) },
    })
    const response = new language.RunResponse()
    if (exit.kind === 'exited' && exit.code === 0) return response
    return response.setError(exit.kind === 'exited' ? exit.stdout + exit.stderr : exit.detail)
  }
  let engineAddress = ''
  const server = new Server()
  const unary =
    <Q, A>(answer: (request: Q) => A | Promise<A>): UntypedHandleCall =>
    (call: { readonly request: Q }, reply: sendUnaryData<A>) => {
      void Promise.resolve(answer(call.request)).then(
        (value) => reply(null, value),
        (error: unknown) => reply({ code: status.UNKNOWN, details: String(error) }),
      )
    }
  server.addService(languageGrpc.LanguageRuntimeService, {
    handshake: unary((request: language.LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress()
      return new language.LanguageHandshakeResponse()
    }),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion('1.0.0')),
    getRequiredPlugins: unary(() => new language.GetRequiredPluginsResponse()),
    getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
    run: unary(run),
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return { port, close: () => server.forceShutdown() }
}
