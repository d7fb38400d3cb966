import type { Queryable } from '@votestream/postgres'
import type { Theme } from '../../domain/theme.js'

const FIND = `
SELECT t.key, t.slug, t.name, t.description, t.color, t.icon, coalesce(c.poll_count, 0) AS "pollCount"
FROM polls.themes t LEFT JOIN polls.poll_counts c ON c.theme = t.key
ORDER BY t.position`

/** Every theme with its number of polls. */
export const findThemes = async (db: Queryable): Promise<readonly Theme[]> => {
  const { rows } = await db.query<Theme>({ name: 'find-themes', text: FIND })
  return rows
}
