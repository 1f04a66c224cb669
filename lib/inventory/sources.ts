import type { z } from 'zod'
import type { Complaint } from './complaint.ts'
import { readTable, type Row } from './csv.ts'
import type { Texts } from './folder.ts'
import { readYaml, type YamlFile } from './yaml.ts'

/** An inventory's texts, read as tables and YAML; the complaints of reading are kept. */
export class Sources {
  readonly complaints: Complaint[] = []
  readonly #texts: Texts

  constructor(texts: Texts) {
    this.#texts = texts
  }

  /** Paths of the files in a folder. */
  in(folder: string): readonly string[] {
    return [...this.#texts.keys()].filter((file) => file.startsWith(`${folder}/`))
  }

  /** Rows of a CSV file; undefined when it is missing or can't be split into rows. */
  table(file: string, columns: readonly string[]): readonly Row[] | undefined {
    const text = this.#texts.get(file)
    if (text === undefined) return undefined
    const { rows, complaints } = readTable(file, text, columns)
    this.complaints.push(...complaints)
    return rows
  }

  /** A YAML file; undefined when it is missing. */
  yaml<T>(file: string, schema: z.ZodType<T>): YamlFile<T> | undefined {
    const text = this.#texts.get(file)
    if (text === undefined) return undefined
    const read = readYaml(file, text, schema)
    this.complaints.push(...read.complaints)
    return read
  }
}
