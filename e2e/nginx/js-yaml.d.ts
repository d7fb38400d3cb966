declare module 'js-yaml' {
  const yaml: {
    /** Reads every document of a text. */
    loadAll(text: string): unknown[]
  }
  export default yaml
}
