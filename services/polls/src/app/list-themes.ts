import type { ThemeStore } from '../domain/ports.js'
import type { Theme } from '../domain/theme.js'

export type ListThemes = () => Promise<readonly Theme[]>

/** Lists every theme with its number of polls, in the order to show them in. */
export const makeListThemes =
  ({ themes }: { themes: ThemeStore }): ListThemes =>
  () =>
    themes.findAll()
