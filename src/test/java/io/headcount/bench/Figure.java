package io.headcount.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;

/**
 * One measured figure.
 *
 * @param value the median of the repetitions
 * @param least the least of them, and {@code most} the greatest
 * @param repetitions how many there were
 * @param asked the greatest value that is allowed, {@code null} where none is asked
 * @param goal the greatest value that is aimed at, {@code null} where there is none
 * @param held whether the value is at most what is asked; {@code null} where nothing is
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Figure(
        String scenario,
        String metric,
        double value,
        String unit,
        Double asked,
        Double goal,
        Boolean held,
        double least,
        double most,
        int repetitions) {

    static Figure of(String scenario, String metric, String unit, Double asked, Double goal, double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figure(
                scenario,
                metric,
                rounded(median),
                unit,
                asked,
                goal,
                asked == null ? null : median <= asked,
                rounded(sorted[0]),
                rounded(sorted[sorted.length - 1]),
                sorted.length);
    }

    private static double rounded(double value) {
        return Math.abs(value) >= 1_000 ? Math.rint(value) : Math.rint(value * 100) / 100;
    }
}
