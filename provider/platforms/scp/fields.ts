import { z } from "zod";

/** Schema of an argument that holds an id. */
export const identifier = (what: string) =>
  z
    .string(`must be text: the ${what}'s id, in quotes`)
    .min(1, `must not be empty: give the ${what}'s id`)
    .regex(/^[a-zA-Z0-9-]*$/, `may hold letters, digits and hyphens only: give the ${what}'s id`);
