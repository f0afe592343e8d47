package io.headcount.gateway;

import io.headcount.config.HeadcountConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How the public server listens. */
final class ServerOptions {
    private ServerOptions() {}

    static HttpServerOptions of(HeadcountConfig config) {
        HeadcountConfig.WebSocket sockets = config.webSocket();
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(HandshakeRules.MAX_LIST_URI_BYTES + 32)
                .setMaxHeaderSize(HandshakeRules.MAX_HEADER_BYTES)
                .setAcceptBacklog(sockets.acceptBacklog())
                .setReusePort(sockets.reusePort())
                .setTcpNoDelay(true);
        if (sockets.sendBufferBytes() > 0) {
            options.setSendBufferSize(sockets.sendBufferBytes());
        }
        if (sockets.receiveBufferBytes() > 0) {
            options.setReceiveBufferSize(sockets.receiveBufferBytes());
        }
        return config.edge().tls() ? withTls(options, config) : options;
    }

    /** HTTP/1.1 only: browsers open WebSockets with it, and the viewers' path knows no HTTP/2. */
    private static HttpServerOptions withTls(HttpServerOptions options, HeadcountConfig config) {
        return options.setSsl(true)
                .setUseAlpn(false)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                .setSslHandshakeTimeout(config.limits().handshakeTimeoutMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(config.edge().certFile())
                        .setKeyPath(config.edge().keyFile()));
    }
}
