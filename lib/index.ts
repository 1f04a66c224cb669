/** The public face: `import { … } from 'chancery'` in a Pulumi program of one's own. */
export * from './provider/resources/index.ts'
