package io.headcount.load;

import io.headcount.client.Closed;
import io.headcount.client.Viewer;
import io.headcount.client.ViewerListener;

/** One socket of a watcher. */
final class Tab implements ViewerListener {
    final Watcher watcher;
    final long startedNanos = System.nanoTime();
    private final Crowd crowd;
    Viewer viewer;

    /** Welcomed, and neither leaving nor lost. */
    boolean open;

    /** The crowd wants it closed. */
    boolean leaving;

    /** Whether it was ever welcomed: a reconnect is no join. */
    boolean joined;

    Tab(Crowd crowd, Watcher watcher) {
        this.crowd = crowd;
        this.watcher = watcher;
    }

    @Override
    public void welcomed(Viewer welcomedViewer) {
        crowd.welcomed(this);
    }

    @Override
    public void counted(Viewer countedViewer) {
        crowd.counted();
    }

    @Override
    public void ended(Viewer endedViewer, Closed closed, boolean welcomed, long retryInMillis) {
        crowd.ended(this, closed, welcomed, retryInMillis >= 0);
    }
}
