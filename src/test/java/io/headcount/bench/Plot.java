package io.headcount.bench;

import java.util.List;

/**
 * Lines over time.
 *
 * @param title with the unit of the values
 * @param names of the lines
 * @param seconds the x values
 * @param lines one list of y values a name
 */
record Plot(String title, List<String> names, List<Double> seconds, List<List<Double>> lines) {}
