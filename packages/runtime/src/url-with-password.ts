/** The URL with another password; without one, as it is. */
export const urlWithPassword = (url: string, password: string | undefined): string => {
  if (password === undefined) return url
  const result = new URL(url)
  result.password = encodeURIComponent(password)
  return result.href
}
