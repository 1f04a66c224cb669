import * as grpc from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlanBook } from '../reconcile/book.ts'
import { Observations } from '../reconcile/look.ts'
import { message, struct } from './answers.ts'
import { type ProviderServer, serveProvider } from './server.ts'
import { StackRun } from './stack-run.ts'

const urn = 'urn:pulumi:mission.beirut::chancery::pulumi:providers:chancery::default_1_0_0'

describe('whose a state is, as the engine keeps it with the provider', () => {
  let server: ProviderServer
  let client: InstanceType<typeof services.ResourceProviderClient>
  beforeAll(async () => {
    const run = new StackRun({
      phase: 'free',
      catalogue: new Map(),
      hosts: [],
      batch: () => {
        throw new Error('no host is asked')
      },
      organisation: 'ministry',
      backend: 'b',
      observations: new Observations(),
      book: new PlanBook(),
      dataLoss: new Set(),
      online: true,
      clock: { now: () => 0, sleep: async () => true },
      emit: () => {},
    })
    server = await serveProvider(run)
    client = new services.ResourceProviderClient(
      `127.0.0.1:${server.port}`,
      grpc.credentials.createInsecure(),
    )
  })
  afterAll(async () => {
    client.close()
    await server.close()
  })

  const check = (olds: { readonly [key: string]: unknown }) =>
    new Promise<{ readonly inputs: unknown; readonly reasons: readonly string[] }>((resolve, reject) => {
      const request = new messages.CheckRequest()
        .setUrn(urn)
        .setOlds(message(olds))
        .setNews(message({ version: '1.0.0' }))
      client.checkConfig(request, (error, answer) =>
        error === null
          ? resolve({
              inputs: struct(answer.getInputs()),
              reasons: answer.getFailuresList().map((failure) => failure.getReason()),
            })
          : reject(error),
      )
    })
  const configure = (args: { readonly [key: string]: unknown }) =>
    new Promise<string>((resolve) => {
      client.configure(new messages.ConfigureRequest().setArgs(message(args)), (error) =>
        resolve(error === null ? 'goes on' : error.details),
      )
    })

  it('is written where nothing is said yet, and stays where it is ours', async () => {
    for (const olds of [{}, { organisation: 'ministry' }])
      expect(await check(olds)).toEqual({
        inputs: { version: '1.0.0', organisation: 'ministry' },
        reasons: [],
      })
    expect([await configure({}), await configure({ organisation: 'ministry' })]).toEqual([
      'goes on',
      'goes on',
    ])
  })

  it('refuses what is another organisation’s, by name, before any resource is asked about', async () => {
    const words =
      /^the state of mission\.beirut belongs to the organisation acme, not to ministry\. Nothing was changed/
    expect((await check({ organisation: 'acme' })).reasons).toMatchObject([expect.stringMatching(words)])
    expect(await configure({ organisation: 'acme' })).toMatch(
      /^the state of this stack belongs to the organisation acme, not to ministry/,
    )
  })
})
