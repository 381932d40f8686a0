// What the engine shows of itself.

package tacos

import "time"

// Note is a durable note of the embedding service.
type Note struct {
	Name  string
	Value []byte
}

// Figures of the engine as a whole.
type Figures struct {
	Written, Durable, Snapshot uint64
	// Poisoned says why the journal takes no more writes; empty if it does.
	Poisoned                          string
	DiskFull                          bool
	Commands, Refusals, Groups, Fired uint64
	Users, IdempotencyKeys, Timers    uint64
	WebhooksDue, WebhooksDead         uint64
	Events                            uint32
	ReservationSlots, PaymentSlots    uint32
}

// Opened is what opening a folder found and did.
type Opened struct {
	Created     bool
	Position    Position
	Records     uint64
	HasSnapshot bool
	WasCut      bool
	Notes       []string
}

// SnapshotInfo is about a snapshot.
type SnapshotInfo struct {
	Position       Position
	CreatedAt      time.Time
	Records, Bytes uint64
}
