package io.headcount.store.redis;

import io.headcount.store.SessionLog;

/** The names of all keys. Those of one stream share its hash tag, so that a script can touch them together. */
final class Keys {
    /** The set of all nodes that ever registered. */
    static final String REGISTRY = "nodes";

    private Keys() {}

    static String users(String stream) {
        return "live:users:{" + stream + "}";
    }

    static String tabs(String stream, String user) {
        return "live:tabs:{" + stream + "}:" + user;
    }

    static String heartbeat(String stream, String session) {
        return "hb:{" + stream + "}:" + session;
    }

    static String node(String stream, String incarnation) {
        return "live:node:{" + stream + "}:" + incarnation;
    }

    static String nodes(String stream) {
        return "live:nodes:{" + stream + "}";
    }

    static String beats(String stream) {
        return "live:beats:{" + stream + "}";
    }

    /** What the viewers without WebSocket assert: belongs to no node. */
    static String beatSessions(String stream) {
        return "live:node:{" + stream + "}:beat";
    }

    /** Says that a session without WebSocket has ended. */
    static String endedMark(String stream, String session) {
        return "ended:{" + stream + "}:" + session;
    }

    /** Ended sessions of viewers without WebSocket, until the session log has them. */
    static String ended(String stream) {
        return "live:ended:{" + stream + "}";
    }

    static String stat(String stream) {
        return "live:stat:{" + stream + "}";
    }

    /** Says that a stream has ended, and when. */
    static String streamEnd(String stream) {
        return "live:end:{" + stream + "}";
    }

    static String index(int part) {
        return "live:index:{" + part + "}";
    }

    static int indexPart(String stream) {
        return Math.floorMod(stream.hashCode(), SessionLog.PARTS);
    }

    static String lease(String node) {
        return "node:{" + node + "}";
    }

    static String epoch(String node) {
        return "node:{" + node + "}:epoch";
    }

    static String log(int part) {
        return "log:sessions:{" + part + "}";
    }

    static String usedToken(String id) {
        return "jti:{" + id + "}";
    }
}
