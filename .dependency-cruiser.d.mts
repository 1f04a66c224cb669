import type { IConfiguration } from 'dependency-cruiser'

/** For each part of lib, patterns of the paths that it may import beside its own. */
export const parts: { readonly [part: string]: readonly string[] }
declare const configuration: IConfiguration & Required<Pick<IConfiguration, 'options' | 'forbidden'>>
export default configuration
