// The box office with its customers: four hundred of them want two hundred seats, over HTTP, all at once.

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.future.await
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.nio.file.Path

suspend fun demo(folder: Path) {
    val orders = openHouse(folder).use { engine ->
        BoxOffice(engine, port = 0).use { office -> customers(office.port, count = 400) }
    }
    println("${orders.size} of 400 customers have a seat")
    check(orders.size == 200) { "every seat is sold once, not ${orders.size} times" }
    openHouse(folder).use { engine ->
        val counts = engine.counts(EVENT)
        println("after the restart: $counts")
        check(counts.sold == 200) { "what was sold stays sold" }
    }
    println("sample: passed")
}

private suspend fun customers(port: Int, count: Int): Set<String> = coroutineScope {
    val client = HttpClient.newHttpClient()
    suspend fun post(path: String): String {
        val request = HttpRequest.newBuilder(URI("http://localhost:$port$path")).POST(HttpRequest.BodyPublishers.noBody())
        return client.sendAsync(request.build(), BodyHandlers.ofString()).await().body().trim()
    }
    List(count) { n ->
        async(Dispatchers.Default) {
            val held = post("/hold?user=user-$n&count=1")
            if (!held.startsWith("held ")) return@async null
            post("/confirm?user=user-$n&id=${held.split(' ')[1]}").removePrefix("sold ").also {
                check(it.startsWith("ord_")) { "an order, not $it" }
            }
        }
    }.awaitAll().filterNotNull().toSet()
}
