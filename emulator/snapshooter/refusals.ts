import type { Answer } from "../types";

const messages: Record<number, string> = {
  401: "Unauthenticated.",
  403: "This action is unauthorized.",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Attempts.",
};

/** assumed: Laravel's form of an error, since the documents have none. */
export const refusal = (status: number): Answer => ({
  status,
  body: { message: messages[status] ?? "Server Error" },
});

/** assumed, like every error: Laravel's answer to invalid input. */
export const invalid = (errors: Record<string, string[]>): Answer => ({
  status: 422,
  body: { message: Object.values(errors)[0]?.[0] ?? "The given data was invalid.", errors },
});

/** Error answer in the object store's form. */
export const storeRefusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  contentType: "application/xml",
});
