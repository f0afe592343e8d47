/**
 * Who a viewer is: signed tokens, anonymous devices, and in development whoever the query says.
 *
 * <p>Rank 2: imports {@code model}, {@code config}, the ports in {@code store}, Vert.x core, Jackson and Micrometer; the
 * only user of signatures. Both {@code gateway} and {@code api} ask {@link io.headcount.auth.Authenticator}.
 *
 * <p>Tokens are verified with the JDK's own signatures: what vertx-auth-jwt does on top of them is parsing (which has to
 * be strict here, since strangers write tokens) and choosing a key (which has to know files, a URL and rotation), and it
 * verifies everything on the event loop, ES256 too.
 */
package io.headcount.auth;
