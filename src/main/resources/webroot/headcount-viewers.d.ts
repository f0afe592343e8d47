import type { Count, TokenSource } from "./headcount.js";

/**
 * `<headcount-viewers stream="42">`: how many people watch a stream, live.
 *
 * Attributes: `stream`; `server` (default: where the module came from); `notation` (`compact` or `standard`); `lang`.
 * The attribute `state` is `connecting`, `live`, `degraded`, `offline` or `ended`. Parts: `dot`, `number`.
 */
export class HeadcountViewers extends HTMLElement {
  /** Where the server wants to know who observes. Set it before the first element is in the page. */
  static token: string | TokenSource | undefined;
  /** The last number, null before the first one. */
  readonly viewers: number | null;
  addEventListener(
    type: "count",
    listener: (this: this, event: CustomEvent<Count>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "headcount-viewers": HeadcountViewers;
  }
}
