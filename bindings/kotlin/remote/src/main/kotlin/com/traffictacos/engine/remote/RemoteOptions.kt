// How a server is reached.
package com.traffictacos.engine.remote

import io.grpc.ChannelCredentials
import io.grpc.InsecureChannelCredentials
import io.grpc.TlsChannelCredentials
import java.nio.file.Path
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

/**
 * How a server is reached. What is left out is usual.
 *
 * From Java, use [RemoteOptions.builder].
 */
class RemoteOptions(
    /** Plaintext, if it is left out: fit for one machine or a network that encrypts by itself. See [tls]. */
    val credentials: ChannelCredentials = InsecureChannelCredentials.create(),
    /**
     * Gives the bearer token of every stream that is opened; asked again when a token has expired. It may block. Without
     * TLS the token can be read on its way.
     */
    val token: (() -> String)? = null,
    /**
     * How long a call may take, from asking to its answer, 1 ms to 24 h; [withDeadline] says it for single calls. It
     * travels with the call, and is looked at twenty times a second.
     */
    val callTime: Duration = 30.seconds,
    /** Calls under way at once, 1 to 1,048,576. Beyond it a call suspends before it is sent. */
    val inFlightMax: Int = 65_536,
    /** How long [RemoteEngine.close] waits for answers that are under way, at most 24 h; zero waits for none. */
    val closeTime: Duration = 5.seconds,
) {
    init {
        require(callTime.inWholeMilliseconds in 1..DAY_MS) { "callTime is $callTime, but must be 1 ms to 24 h" }
        require(inFlightMax in 1..(1 shl 20)) { "inFlightMax is $inFlightMax, but must be 1 to 1048576" }
        require(closeTime.inWholeMilliseconds in 0..DAY_MS) { "closeTime is $closeTime, but must be 0 to 24 h" }
    }

    companion object {
        private const val DAY_MS = 86_400_000L

        /**
         * TLS. The server's certificate must be signed by an authority of [authorities], a file of PEM certificates, or of
         * this machine if none is named. With [certificate] and [key] (PEM files) the client shows its own.
         */
        @JvmStatic
        @JvmOverloads
        fun tls(authorities: Path? = null, certificate: Path? = null, key: Path? = null): ChannelCredentials {
            require((certificate == null) == (key == null)) { "a certificate and its key belong together" }
            val built = TlsChannelCredentials.newBuilder()
            authorities?.let { built.trustManager(it.toFile()) }
            if (certificate != null && key != null) built.keyManager(certificate.toFile(), key.toFile())
            return built.build()
        }

        /** For Java. */
        @JvmStatic
        fun builder(): Builder = Builder()
    }

    /** One by one, for Java. */
    class Builder internal constructor() {
        private val usual = RemoteOptions()
        private var credentials = usual.credentials
        private var token: (() -> String)? = null
        private var callTime = usual.callTime
        private var inFlightMax = usual.inFlightMax
        private var closeTime = usual.closeTime

        /** See [RemoteOptions.credentials]. */
        fun credentials(credentials: ChannelCredentials) = apply { this.credentials = credentials }

        /** See [RemoteOptions.token]. */
        fun token(token: java.util.function.Supplier<String>) = apply { this.token = token::get }

        /** See [RemoteOptions.callTime]. */
        fun callTime(callTime: java.time.Duration) = apply { this.callTime = callTime.toKotlinDuration() }

        /** See [RemoteOptions.inFlightMax]. */
        fun inFlightMax(inFlightMax: Int) = apply { this.inFlightMax = inFlightMax }

        /** See [RemoteOptions.closeTime]. */
        fun closeTime(closeTime: java.time.Duration) = apply { this.closeTime = closeTime.toKotlinDuration() }

        /** What was set, and what is usual for the rest. */
        fun build(): RemoteOptions = RemoteOptions(credentials, token, callTime, inFlightMax, closeTime)
    }
}
