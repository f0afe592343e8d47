/**
 * What people see, in a real browser: Chromium drives the pages of a real node over a connection that can be cut.
 *
 * <p>It may import the test servers ({@code io.headcount.dev}) and Playwright, and nothing of the production code: a
 * browser knows only addresses. Playwright's own scripts come with its jar; the system's Node.js runs them and the
 * system's Chromium is driven. Where either is missing these tests are aborted, naming what is missing, rather than
 * failed: a server can be built on a machine without a browser.
 */
package io.headcount.browser;
