/**
 * Keeps the books: {@link io.headcount.persistence.PersistenceVerticle} on every keeper writes current counts, history,
 * finished sessions and repairs to the {@code BookStore}.
 *
 * <p>Rank 3: imports {@code bus}, {@code store}, {@code model}, {@code config}, Vert.x core and Micrometer; meets the
 * other verticles only over the bus. Nothing here is on the way of a viewer: while the books are out of reach counting
 * goes on, what is to be written waits (within stated bounds, see each writer), and is written afterwards. All writers
 * of a verticle run on its one event loop, so none of them is thread-safe.
 */
package io.headcount.persistence;
