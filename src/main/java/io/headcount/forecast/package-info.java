/**
 * What to expect, from what was: exponential smoothing of time series.
 *
 * <p>Rank 1: imports {@code model} and an optimiser. Pure: numbers in, numbers out; whoever asks brings the series, and a
 * thread that may be busy for some tenths of a second.
 */
package io.headcount.forecast;
