import { classPathOf } from './kafka-installation.js'

export interface JavaOptions {
  readonly java: string
  readonly jars: string
  /** Read when there is one. */
  readonly classArchive?: string | undefined
  /** Written at the end instead. */
  readonly writeArchive?: string | undefined
}

/** A broker for one machine: 256 MB are enough, and the cheaper compiler and collector save memory and start-up time. */
const JVM = [
  '-XX:+IgnoreUnrecognizedVMOptions', // must be the first: a flag that a newer Java has dropped is no failure
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData', // no files in /tmp for tools that nobody runs here
]

/** The one line at level info that tells that clients are served. */
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dlog4j2.level=INFO', // an unpacked distribution has log4j instead, and is run without its configuration
]

/** The arguments and the environment that run one of Kafka's classes. */
export function javaCommand(options: JavaOptions, mainClass: string, args: readonly string[]) {
  const { jars, classArchive, writeArchive } = options
  const archive = [
    ...(writeArchive === undefined ? [] : [`-XX:ArchiveClassesAtExit=${writeArchive}`]),
    ...(classArchive === undefined || writeArchive !== undefined
      ? []
      : [`-XX:SharedArchiveFile=${classArchive}`]),
  ]
  return {
    program: options.java,
    args: [...JVM, ...archive, ...LOGGING, mainClass, ...args],
    // Not an argument: dozens of paths would hide in `ps` whose broker it is.
    env: { CLASSPATH: classPathOf(jars) },
  }
}
