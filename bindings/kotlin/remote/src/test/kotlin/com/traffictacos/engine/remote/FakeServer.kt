// A server in this process that does with each call what a test says.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.command.v1.Call as WireCall
import com.traffic_tacos.command.v1.Counts as WireCounts
import com.traffic_tacos.command.v1.Done as WireDone
import com.traffic_tacos.common.v1.Error as WireError
import com.traffic_tacos.common.v1.ErrorCode
import com.traffic_tacos.engine.v1.CommandServiceGrpc
import com.traffic_tacos.engine.v1.RunRequest
import com.traffic_tacos.engine.v1.RunResponse
import io.grpc.Context
import io.grpc.Contexts
import io.grpc.Metadata
import io.grpc.Server
import io.grpc.ServerCall
import io.grpc.ServerCallHandler
import io.grpc.ServerInterceptor
import io.grpc.Status
import io.grpc.inprocess.InProcessChannelBuilder
import io.grpc.inprocess.InProcessServerBuilder
import io.grpc.stub.ServerCallStreamObserver
import io.grpc.stub.StreamObserver
import kotlinx.coroutines.CompletableDeferred
import java.util.UUID
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

/** A stream that a client opened. */
class Seen(private val out: ServerCallStreamObserver<RunResponse>, val token: String?) {
    private var unanswered = 0
    private var isOver = false

    fun answer(vararg answers: WireAnswer) = synchronized(out) {
        out.onNext(RunResponse.newBuilder().addAllAnswers(answers.asList()).build())
        unanswered -= answers.size
        endIfOver()
    }

    fun took(calls: Int) = synchronized(out) { unanswered += calls }

    fun lose(status: Status = Status.UNAVAILABLE.withDescription("on purpose")) = synchronized(out) {
        out.onError(status.asRuntimeException())
    }

    /** The client sends nothing more: the stream ends behind the last answer. */
    fun end() = synchronized(out) {
        isOver = true
        endIfOver()
    }

    private fun endIfOver() {
        if (isOver && unanswered == 0) out.onCompleted()
    }
}

class FakeServer(private val onCall: FakeServer.(Seen, WireCall) -> Unit) : AutoCloseable {
    private val name = UUID.randomUUID().toString()
    val streams = AtomicInteger()

    /** How many calls each message had. */
    val messages = ConcurrentLinkedQueue<Int>()

    /** A client has said that it sends nothing more. */
    val finished = CompletableDeferred<Unit>()

    /** Set false to take no messages from streams that are opened then. */
    @Volatile
    var takes = true

    @Volatile
    var refusing: Status? = null

    private val service = object : CommandServiceGrpc.CommandServiceImplBase() {
        override fun run(out: StreamObserver<RunResponse>): StreamObserver<RunRequest> {
            val observer = out as ServerCallStreamObserver<RunResponse>
            streams.incrementAndGet()
            val seen = Seen(observer, TOKEN.get())
            observer.setOnCancelHandler { }
            if (!takes) observer.disableAutoRequest()
            refusing?.let { seen.lose(it) }
            return object : StreamObserver<RunRequest> {
                override fun onNext(message: RunRequest) {
                    messages += message.callsCount
                    seen.took(message.callsCount)
                    message.callsList.forEach { onCall(seen, it) }
                }

                override fun onError(failure: Throwable) = Unit

                override fun onCompleted() {
                    finished.complete(Unit)
                    seen.end()
                }
            }
        }
    }

    private val tokens = object : ServerInterceptor {
        override fun <Q, P> interceptCall(call: ServerCall<Q, P>, head: Metadata, next: ServerCallHandler<Q, P>): ServerCall.Listener<Q> {
            val said = head.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))
            return Contexts.interceptCall(Context.current().withValue(TOKEN, said), call, head, next)
        }
    }

    private val server: Server =
        InProcessServerBuilder.forName(name).addService(service).intercept(tokens).build().start()

    fun dial(options: RemoteOptions = RemoteOptions()): RemoteEngine =
        RemoteEngine.over(InProcessChannelBuilder.forName(name), options)

    override fun close() {
        server.shutdownNow()
        server.awaitTermination()
    }

    private companion object {
        val TOKEN: Context.Key<String> = Context.key("token")
    }
}

fun done(call: WireCall): WireAnswer =
    WireAnswer.newBuilder().setTag(call.tag).setDone(WireDone.newBuilder().setAtUnixMs(1)).build()

fun counts(call: WireCall): WireAnswer =
    WireAnswer.newBuilder().setTag(call.tag).setCounts(WireCounts.newBuilder().setTotal(7)).build()

fun error(call: WireCall, code: ErrorCode): WireAnswer =
    WireAnswer.newBuilder().setTag(call.tag).setError(WireError.newBuilder().setCode(code).setMessage("on purpose")).build()
