// The Java faces: blocking calls, futures, readers.
package com.traffictacos.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as Java sees it: no coroutines, no mangled names, no nulls where there is a builder. */
class JavaCallersTest {
    private static final String EVENT = "evt_java";
    private static final Instant START = Instant.ofEpochMilli(1_800_000_000_000L);

    @TempDir
    Path folder;

    private static List<Section> stalls() {
        Row row = new Row("A", 5_000, new RowSeats.Numbered("A-", 100));
        return List.of(new Section.Seated("stalls", List.of(row)), new Section.General("floor", 50, 3_000));
    }

    private static Engine openSale(Engine engine) throws InterruptedException {
        EventSettings settings = EventSettings.builder("A concert", "EUR").hold(Duration.ofSeconds(30)).build();
        engine.blocking().execute(new CreateEvent(EVENT, settings, stalls()));
        engine.blocking().execute(new SetSale(EVENT, SaleState.OPEN));
        return engine;
    }

    @Test
    void blockingCallsSellASeatThatSurvivesARestart() throws InterruptedException {
        String id;
        Options byHand = Options.builder().timeByHandFrom(START).build();
        try (Engine engine = openSale(Engine.open(folder, byHand))) {
            LinkedBlockingEngine blocking = engine.blocking();
            ReserveResult result = blocking.execute(new Reserve(EVENT, "kim", SeatRequest.seats("A-7")));
            Reserved held = assertInstanceOf(Reserved.class, result);
            assertEquals(START.plusSeconds(30), held.getExpiresAt());
            ReserveResult other = blocking.execute(new Reserve(EVENT, "lee", SeatRequest.seats("A-7")));
            Refused refused = assertInstanceOf(Refused.class, other);
            Refusal.SeatsTaken taken = assertInstanceOf(Refusal.SeatsTaken.class, refused.getRefusal());
            assertEquals(List.of("A-7"), taken.getSeats());
            assertThrows(RefusedException.class, () -> ResultsKt.orThrow(other));
            blocking.execute(new Extend(ReservationRef.id(held.getId()), Duration.ofSeconds(5)));
            blocking.advance(Duration.ofSeconds(31));
            assertInstanceOf(Confirmed.class, blocking.execute(new Confirm(ReservationRef.id(held.getId()))));
            id = held.getId();
        }
        try (Engine engine = Engine.open(folder, byHand)) {
            ReservationLookup found = engine.blocking().execute(new ReadReservation(ReservationRef.id(id)));
            assertEquals(ReservationState.CONFIRMED, ResultsKt.orThrow(found).getState());
            assertEquals(1, engine.blocking().counts(EVENT).getSold());
        }
    }

    @Test
    void futuresCompleteAndMayBlockInWhatDependsOnThem() throws Exception {
        try (Engine engine = openSale(Engine.open(folder))) {
            AsyncEngine async = engine.async();
            List<CompletableFuture<ConfirmResult>> sales = new ArrayList<>();
            for (int n = 1; n <= 100; n++) {
                sales.add(async.execute(new Reserve(EVENT, "user-" + n, SeatRequest.seats("A-" + n)))
                    .thenCompose(held -> async.execute(new Confirm(ReservationRef.id(((Reserved) held).getId())))));
            }
            for (CompletableFuture<ConfirmResult> sale : sales) {
                assertInstanceOf(Confirmed.class, sale.get());
            }
            // What depends on a future runs elsewhere than where answers are fetched: it may wait for another answer.
            CompletableFuture<Integer> nested = async.execute(new Reserve(EVENT, "kim", SeatRequest.best(2, "floor")))
                .thenApply(held -> {
                    String id = ((Reserved) held).getId();
                    return ((Released) async.execute(new Release(ReservationRef.id(id))).join()).getPlaces().size();
                });
            assertEquals(1, nested.get());
            List<Command<?>> batch = List.of(new Reserve(EVENT, "lee", SeatRequest.best(1, "floor")), new Reserve(EVENT, "lee", SeatRequest.seats("A-1")));
            List<Answer> answers = async.executeAll(batch).get();
            assertInstanceOf(Reserved.class, answers.get(0));
            assertEquals("seats_taken", assertInstanceOf(Refused.class, answers.get(1)).getCode());
            assertEquals(100, engine.blocking().counts(EVENT).getSold());
        }
    }

    @Test
    void aReaderOfUpdatesLosesNothingToItsTimeouts() throws InterruptedException {
        try (Engine engine = openSale(Engine.open(folder))) {
            try (UpdateReader reader = engine.blocking().updates()) {
                assertTrue(reader.next(Duration.ofMillis(1)).isEmpty(), "nothing happened yet");
                for (int n = 1; n <= 10; n++) {
                    engine.blocking().execute(new Reserve(EVENT, "kim", SeatRequest.seats("A-" + n)));
                }
                List<Update> seen = new ArrayList<>();
                while (seen.size() < 10) {
                    seen.addAll(reader.next(Duration.ofSeconds(10)));
                }
                assertEquals(10, seen.stream().filter(update -> update.getWhat() instanceof UpdateKind.ReservationChanged).count());
                engine.close();
                assertNull(reader.next(Duration.ofSeconds(10)), "the engine is closed");
            }
        }
    }

    @Test
    void lineAndPaymentAreThereToo() throws InterruptedException {
        Options options = Options.builder().timeByHandFrom(START).paymentTimePermille(1).build();
        try (Engine engine = openSale(Engine.inMemory(options))) {
            LinkedBlockingEngine blocking = engine.blocking();
            QueuePolicy policy = QueuePolicy.builder().admissionsPerMinute(60).claimWindow(Duration.ofSeconds(20)).build();
            blocking.execute(new SetQueuePolicy(EVENT, policy));
            assertEquals(policy, engine.blocking().queuePolicy(EVENT));
            Joined joined = ResultsKt.orThrow(blocking.execute(new JoinQueue(EVENT, "tab", "kim")));
            Admitted admitted = ResultsKt.orThrow(blocking.execute(new RequestAdmission(joined.getToken())));
            Reserve reserve = new Reserve(EVENT, "kim", SeatRequest.best(2), admitted.getToken());
            Reserved held = ResultsKt.orThrow(blocking.execute(reserve));
            Payee payee = new Payee.OfReservation(ReservationRef.id(held.getId()));
            CreatePayment create = new CreatePayment(payee, "kim", held.getTotalMinor(), "EUR");
            PaymentChanged intent = ResultsKt.orThrow(blocking.execute(create));
            // Once for processing to begin, once for its outcome.
            blocking.advance(Duration.ofSeconds(1));
            blocking.advance(Duration.ofSeconds(1));
            Payment payment = ResultsKt.orThrow(blocking.execute(new ReadPayment(intent.getId())));
            assertEquals(PaymentState.COMPLETED, payment.getState());
            assertEquals(PaymentEffect.CONFIRMED, payment.getEffect());
            PaymentChanged refund = ResultsKt.orThrow(blocking.execute(new CancelPayment(intent.getId())));
            assertEquals(held.getTotalMinor(), refund.getRefundedMinor());
            assertNotNull(engine.blocking().status());
            assertEquals(150, engine.blocking().counts(EVENT).getAvailable());
        }
    }
}
