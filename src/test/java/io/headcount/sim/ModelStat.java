package io.headcount.sim;

import java.util.Map;
import java.util.TreeMap;

/** live:stat of a stream as stat.lua keeps it. */
final class ModelStat {
    private final long length;
    long rev;
    long peak;
    long peakAt;
    private long joins;
    private long leaves;
    private Bucket current;
    private Bucket last;

    /** @param before viewers before the first change */
    ModelStat(long now, long length, long before) {
        this.length = length;
        current = new Bucket(now - now % length, before, now);
    }

    private ModelStat(ModelStat other) {
        length = other.length;
        rev = other.rev;
        peak = other.peak;
        peakAt = other.peakAt;
        joins = other.joins;
        leaves = other.leaves;
        current = new Bucket(other.current);
        last = other.last == null ? null : new Bucket(other.last);
    }

    void note(long now, long after, int joined, int left) {
        roll(now);
        current.close = after;
        current.min = Math.min(current.min, after);
        current.max = Math.max(current.max, after);
        current.joins += joined;
        current.leaves += left;
        if (after > peak) {
            peak = after;
            peakAt = now;
        }
        rev++;
        joins += joined;
        leaves += left;
    }

    private void roll(long now) {
        long at = now - now % length;
        if (current.at == at) {
            current.area += current.close * Math.max(0, now - current.touched);
            current.touched = Math.max(now, current.touched);
            return;
        }
        if (current.at == at - length) {
            current.area += current.close * Math.max(0, at - current.touched);
            current.touched = at;
            last = current;
        } else {
            last = new Bucket(at - length, current.close, at - length);
            last.area = current.close * length;
        }
        current = new Bucket(at, last.close, at);
        current.area = current.close * (now - at);
        current.touched = now;
    }

    Map<String, String> dump() {
        Map<String, String> fields = new TreeMap<>();
        fields.put("rev", Long.toString(rev));
        if (peakAt > 0) {
            fields.put("peak", Long.toString(peak));
            fields.put("peakAt", Long.toString(peakAt));
        }
        if (joins > 0) {
            fields.put("joins", Long.toString(joins));
        }
        if (leaves > 0) {
            fields.put("leaves", Long.toString(leaves));
        }
        fields.put("cur", current.toString());
        if (last != null) {
            fields.put("last", last.toString());
        }
        return fields;
    }

    ModelStat copy() {
        return new ModelStat(this);
    }

    private static final class Bucket {
        private final long at;
        private final long open;
        private final long since;
        private long min;
        private long max;
        private long close;
        private long area;
        private long touched;
        private long joins;
        private long leaves;

        Bucket(long at, long viewers, long since) {
            this.at = at;
            this.open = viewers;
            this.since = since;
            min = viewers;
            max = viewers;
            close = viewers;
            touched = since;
        }

        Bucket(Bucket other) {
            at = other.at;
            open = other.open;
            since = other.since;
            min = other.min;
            max = other.max;
            close = other.close;
            area = other.area;
            touched = other.touched;
            joins = other.joins;
            leaves = other.leaves;
        }

        @Override
        public String toString() {
            return at + ":" + open + ":" + min + ":" + max + ":" + close + ":" + area + ":" + since + ":" + touched
                    + ":" + joins + ":" + leaves;
        }
    }
}
