package io.headcount.load;

import io.headcount.client.Viewers;
import java.util.function.Consumer;

/** A crowd in this process. */
final class LocalCrowd implements CrowdHandle {
    private final Viewers viewers = Viewers.create(1);
    private final Crowd crowd;

    LocalCrowd(CrowdPlan plan, Consumer<CrowdMessage> leader) {
        crowd = new Crowd(plan, viewers, leader);
        crowd.begin();
    }

    @Override
    public void say(CrowdMessage message) {
        crowd.hear(message);
    }

    @Override
    public void close() {
        viewers.close();
    }
}
