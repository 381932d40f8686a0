// Tokens of streams.
package com.traffictacos.engine.remote

import io.grpc.CallCredentials
import io.grpc.Metadata
import io.grpc.Status
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import java.util.concurrent.Executor

/** Puts a token into the metadata of each stream. The caller's code that gives it may block, so it has threads for that. */
internal class Bearer(private val token: () -> String) : CallCredentials() {
    override fun applyRequestMetadata(info: RequestInfo, executor: Executor, applier: MetadataApplier) {
        Dispatchers.IO.asExecutor().execute {
            try {
                applier.apply(Metadata().apply { put(AUTHORIZATION, "Bearer ${token()}") })
            } catch (failure: Throwable) {
                applier.fail(Status.UNAUTHENTICATED.withDescription("no token was given: $failure").withCause(failure))
            }
        }
    }

    private companion object {
        val AUTHORIZATION: Metadata.Key<String> = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)
    }
}
