import { notFound } from '@votestream/errors'

/** Every theme's key and slug looks like this. */
const THEME_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** A theme's key or slug as it stands in the raw path or the decoded query; anything else is no theme. */
export const readThemeName = (text: string): string => {
  if (!THEME_NAME.test(text)) throw notFound('THEME_NOT_FOUND', 'There is no such theme.')
  return text
}
