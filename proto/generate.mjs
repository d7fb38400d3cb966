// Generates the TypeScript types of every .proto file into gen/, or into the folder given as argument.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { resolve } from 'node:path'

const here = fileURLToPath(new URL('.', import.meta.url))
const outDir = resolve(process.argv[2] ?? `${here}gen`)
const loader = createRequire(import.meta.url).resolve('@grpc/proto-loader/package.json')
const sources = ['polls', 'votes', 'events'].map((name) => `votestream/${name}/v1/${name}.proto`)

rmSync(outDir, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [
    resolve(loader, '../build/bin/proto-loader-gen-types.js'),
    ...['--longs=Number', '--enums=String', '--defaults', '--oneofs', '--includeComments'],
    ...['--grpcLib=@grpc/grpc-js', '--importFileExtension=.js', '-I', '.', '-O', outDir],
    ...sources,
  ],
  { cwd: here, stdio: 'inherit' },
)
