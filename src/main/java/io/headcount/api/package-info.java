/**
 * The REST API, its description and the watch page: a router that the gateway's public server calls for everything that
 * is not a viewer's socket.
 *
 * <p>Rank 3: imports {@code bus}, {@code store}, {@code model}, {@code config}. Counts are read from Redis through the
 * ports; what other nodes publish on the bus is what is answered, as degraded, while Redis is out of reach.
 */
package io.headcount.api;
