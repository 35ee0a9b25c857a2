/** Fields and types of a JSON value, without its values: an array has each shape of its items once. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((item) => [JSON.stringify(shapeOf(item)), shapeOf(item)]));
    return [...shapes.values()];
  }
  if (typeof value !== "object") return typeof value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, shapeOf(member)]));
}

/** JSON schema, as far as the documents use it. */
export interface Schema {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  $ref?: string;
}

/** Departures of a value from a schema: every property must exist and have its type. Empty if there are none. */
export function departures(value: unknown, schema: Schema, path = "$"): string[] {
  if (value === undefined) return [`${path}: missing`];
  if (schema.type === "object") {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return [`${path}: not an object`];
    const members = value as Record<string, unknown>;
    return Object.entries(schema.properties ?? {}).flatMap(([key, member]) =>
      departures(members[key], member, `${path}.${key}`),
    );
  }
  if (schema.type === "array") {
    if (!Array.isArray(value)) return [`${path}: not an array`];
    return value.flatMap((item, index) => departures(item, schema.items ?? {}, `${path}[${index}]`));
  }
  if (schema.type === "integer") return Number.isInteger(value) ? [] : [`${path}: not an integer`];
  if (schema.type === "string") {
    if (typeof value !== "string") return [`${path}: not a string`];
    return schema.format === "date-time" && Number.isNaN(Date.parse(value)) ? [`${path}: not a date-time`] : [];
  }
  return [];
}
