const OPAQUE_TAG = /"[\x21\x23-\x7e\x80-\xff]*"/g

/** The weak entity tag of a version: two documents with one version mean the same. */
export const etagOf = (version: number): string => `W/"${version}"`

/** True when If-None-Match names this entity tag or is `*`. The comparison is weak: `W/` does not count. */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const tags: readonly string[] = ifNoneMatch.match(OPAQUE_TAG) ?? []
  return tags.includes(etag.replace('W/', ''))
}
