//go:build cgo && tacos_testing

// A panic inside the library is an error here.

package tacos_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

func TestABugInTheLibraryIsAnError(t *testing.T) {
	e := inMemory(t, byHand())
	openSale(t, e, nil)
	err := e.TestPanic(false)
	if !errors.Is(err, tacos.ErrPanicked) || !strings.Contains(err.Error(), "a bug on demand") {
		t.Fatal(err)
	}
	reserve := tacos.Reserve{Event: "evt_1", User: "kim", Quantity: 1}
	must(e.Reserve(context.Background(), reserve))(t)
	if err := e.TestPanic(true); !errors.Is(err, tacos.ErrPanicked) {
		t.Fatal(err)
	}
	if _, err := e.Reserve(context.Background(), reserve); !errors.Is(err, tacos.ErrPanicked) {
		t.Fatal("nothing may be built upon what a bug left behind: ", err)
	}
	must(e.Counts("evt_1"))(t)
}
