/**
 * Management: health, metrics and the operators' console, on a port of its own that viewers never see.
 *
 * <p>Rank 3: imports {@code bus}, {@code store}, {@code model}, {@code config}.
 */
package io.headcount.admin;
