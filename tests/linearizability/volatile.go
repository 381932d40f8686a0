// What a crash may take back. A call that was answered is durable, and so is all that it was built on. Calls whose answer
// never came may have happened; what happened may be lost with the crash, but only from the end: the journal keeps an order.

package main

// versions are the states that an object went through since the last one known to be durable, oldest first; the last is
// what callers see. Never changed in place: the checker goes back and forth.
type versions[S comparable] []S

func (v versions[S]) now() S { return v[len(v)-1] }

// durable: an answered call led to `next`.
func durable[S comparable](next S) versions[S] { return versions[S]{next} }

// volatile: a call without an answer led to `next`.
func (v versions[S]) volatile(next S) versions[S] {
	return append(append(versions[S]{}, v...), next)
}

// turned: what is seen now is `next`, and nothing is known of its durability.
func (v versions[S]) turned(next S) versions[S] {
	copied := append(versions[S]{}, v...)
	copied[len(copied)-1] = next
	return copied
}

// crashed gives all that a crash may leave.
func (v versions[S]) crashed() []interface{} {
	left := make([]interface{}, 0, len(v))
	for _, state := range v {
		left = append(left, durable(state))
	}
	return left
}

func sameVersions[S comparable](a, b interface{}) bool {
	left, right := a.(versions[S]), b.(versions[S])
	if len(left) != len(right) {
		return false
	}
	for at := range left {
		if left[at] != right[at] {
			return false
		}
	}
	return true
}

// one and none are what a step gives.
func one(state interface{}) []interface{} { return []interface{}{state} }

var none []interface{}

func when(allowed bool, state interface{}) []interface{} {
	if allowed {
		return one(state)
	}
	return none
}
