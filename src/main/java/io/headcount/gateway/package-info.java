/**
 * The viewers' sockets: public server, handshake, and the hot path behind it.
 *
 * <p>Rank 3: imports {@code bus}, {@code protocol}, {@code store}, {@code model}, {@code config}, {@code auth}, Vert.x core, Netty and
 * Micrometer; never another package of rank 3.
 *
 * <p>A request becomes a viewer in three steps: {@link io.headcount.gateway.Handshake} decides, {@link
 * io.headcount.gateway.Upgrade} takes the channel out of Vert.x's hands, {@link io.headcount.gateway.SessionRegistry}
 * keeps it. After the upgrade a viewer is one {@link io.headcount.gateway.ViewerConnection} at the end of an otherwise
 * empty Netty pipeline: Vert.x's objects of a connection cost several times what an idle viewer may. Everything of one
 * event loop is touched by that loop only, and nothing here has a timer a socket: what is periodic walks arrays.
 */
package io.headcount.gateway;
