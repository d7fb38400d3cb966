/** Types that the API takes in more than one form. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const DEFINITION = '#/definitions/'

/**
 * Makes strict JSON schemas, by file name as kubeconform asks for them, of Kubernetes' OpenAPI (v2): what is not listed
 * is refused, as the API server does for whoever asks it to be strict.
 */
export function kubernetesSchemas({ definitions }) {
  const converted = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, convert(schema, name)]),
  )
  const schemas = new Map()
  for (const [name, schema] of Object.entries(definitions)) {
    const kinds = schema['x-kubernetes-group-version-kind'] ?? []
    // What belongs to every group, such as DeleteOptions, is no object that anybody applies.
    if (kinds.length !== 1 || !converted[name].properties) continue
    schemas.set(fileName(kinds[0]), objectSchema(converted, name, kinds[0]))
  }
  return schemas
}

/** The strict JSON schemas of a custom resource's definition, one for each version. */
export function customSchemas({ spec }) {
  return new Map(
    spec.versions.map(({ name: version, schema }) => {
      const kind = { group: spec.group, version, kind: spec.names.kind }
      const root = convert(schema.openAPIV3Schema)
      root.properties.metadata = { type: 'object' }
      return [fileName(kind), identified(root, kind)]
    }),
  )
}

function fileName({ group, version, kind }) {
  return `${[kind, ...(group ? [group.split('.')[0]] : []), version].join('-').toLowerCase()}.json`
}

function objectSchema(converted, name, kind) {
  const own = structuredClone(converted[name])
  const used = [...references(own, converted)]
  return {
    ...identified(own, kind),
    definitions: Object.fromEntries(used.map((each) => [each, converted[each]])),
  }
}

function identified(schema, { group, version, kind }) {
  const apiVersion = group ? `${group}/${version}` : version
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    properties: { ...schema.properties, apiVersion: { enum: [apiVersion] }, kind: { enum: [kind] } },
    required: [...new Set([...(schema.required ?? []), 'apiVersion', 'kind'])],
  }
}

function convert(schema, name) {
  if (name === QUANTITY) return { type: ['string', 'number'] }
  if (name === INT_OR_STRING || schema.format === 'int-or-string' || schema['x-kubernetes-int-or-string'])
    return { type: ['string', 'integer'] }
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  const made = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-') || ['description', 'default', 'format'].includes(key)) continue
    made[key] = CONVERSIONS[key]?.(value, schema) ?? value
  }
  if (made.properties && made.additionalProperties === undefined && !open) made.additionalProperties = false
  return made
}

const CONVERSIONS = {
  items: (value) => convert(value),
  additionalProperties: (value) => (typeof value === 'object' ? convert(value) : value),
  properties: (value, { required = [] }) =>
    Object.fromEntries(
      Object.entries(value).map(([name, property]) => {
        const made = convert(property)
        // The API takes null for anything that may be left out.
        return [name, required.includes(name) ? made : { anyOf: [made, { type: 'null' }] }]
      }),
    ),
}

function references(value, converted, found = new Set()) {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, inner] of Object.entries(value)) {
    if (key !== '$ref' || typeof inner !== 'string') references(inner, converted, found)
    else if (!found.has(inner.slice(DEFINITION.length))) {
      found.add(inner.slice(DEFINITION.length))
      references(converted[inner.slice(DEFINITION.length)], converted, found)
    }
  }
  return found
}
