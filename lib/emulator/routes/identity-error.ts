import { json, type Answer } from "../answer.ts";

/** Keystone's one sentence for every refused login and token. */
export const unauthenticated = "The request you have made requires authentication.";

const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
} as const;

/** Keystone's shape of an error; `code` is a number. */
export function identityError(code: keyof typeof titles, message: string): Answer {
  return json(code, { error: { code, message, title: titles[code] } });
}
