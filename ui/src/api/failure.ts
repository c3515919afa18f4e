import type { Failure } from "./generated/Failure";
import type { FailureCode } from "./generated/FailureCode";

const codes: readonly FailureCode[] = [
  "invalid",
  "notFound",
  "conflict",
  "unreachable",
  "refused",
  "credentialsNeeded",
  "signInNeeded",
  "flowUnsound",
  "internal",
];

export function failure(code: FailureCode, message: string, hint: string | null = null): Failure {
  return { code, message, hint, field: null, account: null, diagnostics: [] };
}

/** Takes whatever was thrown or answered and makes a `Failure` of it. */
export function asFailure(cause: unknown): Failure {
  if (isFailure(cause)) {
    return {
      code: codes.includes(cause.code) ? cause.code : "internal",
      message: cause.message,
      hint: typeof cause.hint === "string" ? cause.hint : null,
      field: typeof cause.field === "string" ? cause.field : null,
      account: typeof cause.account === "string" ? cause.account : null,
      diagnostics: Array.isArray(cause.diagnostics) ? cause.diagnostics : [],
    };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return failure("internal", message || "Something failed without saying why.");
}

function isFailure(cause: unknown): cause is Failure {
  return (
    typeof cause === "object" &&
    cause !== null &&
    !(cause instanceof Error) &&
    typeof (cause as Failure).code === "string" &&
    typeof (cause as Failure).message === "string"
  );
}
