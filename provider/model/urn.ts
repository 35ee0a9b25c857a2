/** The name that a program gave to a resource, from its URN; empty where there is none. */
export function nameInUrn(urn: string | undefined): string {
  return urn?.split("::").at(-1) ?? "";
}
