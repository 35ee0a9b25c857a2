/** Returns a resource's name in the program, from its URN; empty without a URN. */
export function nameInUrn(urn: string | undefined): string {
  return urn?.split("::").at(-1) ?? "";
}
