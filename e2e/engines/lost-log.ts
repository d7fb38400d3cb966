import kafkajs from 'kafkajs'
import { readFile } from 'node:fs/promises'
import { portsOf } from '../run-record.js'

/** Deletes a topic of a run, past the mesh. */
export const deleteTopic = async (runFolder: string, topic: string): Promise<void> => {
  const { kafka: port } = await portsOf(runFolder)
  const kafka = new kafkajs.Kafka({
    ...{ clientId: 'votestream-e2e', brokers: [`127.0.0.1:${port ?? 0}`] },
    logLevel: kafkajs.logLevel.NOTHING,
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.deleteTopics({ topics: [topic] })
  } finally {
    await admin.disconnect()
  }
}

/** The SQL that a page of the repository tells a person to run. */
export const sqlOf = async (page: string): Promise<string> => {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')
  const sql = /```sql\n(.*?)```/s.exec(text)?.[1]
  if (sql === undefined) throw new Error(`${page} has no SQL`)
  return sql
}
