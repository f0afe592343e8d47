package io.headcount.counter;

import io.headcount.model.Session;
import java.util.List;

/**
 * What became of a batch's joins.
 *
 * @param admitted are counted for the first time (as far as is known), to be welcomed
 * @param refused are one too many of their user, to be closed
 */
record Verdict(List<Session> admitted, List<Session> refused) {}
