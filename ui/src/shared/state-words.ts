import type { BakeState, JobState } from "../api/views";

/** States of jobs and of bakes, one set of signs for both. */
export type AnyState = BakeState | JobState;

const words: Record<AnyState, string> = {
  waiting: "Waiting",
  notStarted: "Not started",
  pending: "Pending",
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Skipped",
  cached: "Cached",
  unknown: "Unknown",
};

export function stateWord(state: AnyState): string {
  return words[state];
}

/** The name of the colours and shapes of a state. */
export function stateClass(state: AnyState): string {
  return state === "notStarted" ? "s-waiting" : `s-${state}`;
}

/** Whether something may still change by itself. */
export function isLively(state: AnyState): boolean {
  return state === "pending" || state === "running" || state === "waiting";
}

/** Whether a job is on the platform now. */
export function isOn(state: AnyState): boolean {
  return state === "pending" || state === "running";
}

/** The order in which counts are shown. */
export const stateOrder: readonly BakeState[] = [
  "succeeded",
  "cached",
  "running",
  "failed",
  "cancelled",
  "pending",
  "waiting",
  "skipped",
  "unknown",
];
