import type { Transport } from "./headcount.js";

/** Carries messages by plain requests where WebSockets are blocked: `new Viewer("42", { fallback: Beats })`. */
export const Beats: Transport & {
  /** Milliseconds between two looks whether WebSockets are let through by now, give or take a half. */
  probeEveryMillis: number;
};
