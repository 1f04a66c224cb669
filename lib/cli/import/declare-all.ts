import { readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import type { Program, ProgramContext } from '../../domain/program.ts'

const shape = z.array(
  z.object({ type: z.string(), name: z.string(), inputs: z.record(z.string(), z.json()) }),
)

class Declared extends pulumi.CustomResource {}

/** Runs a program, and declares beside what it declares the resources that a file (URL) lists. */
export async function declareAll(program: Program, context: ProgramContext, file: string): Promise<unknown> {
  const outputs = await program(context)
  for (const { type, name, inputs } of shape.parse(JSON.parse(readFileSync(new URL(file), 'utf8')))) {
    new Declared(type, name, inputs)
  }
  return outputs
}
