import type { Transport } from "./headcount.js";

/** Carries messages by plain requests where WebSockets are blocked: `new Viewer("42", { fallback: Beats })`. */
export const Beats: Transport;
