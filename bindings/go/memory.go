// Memory of C's in which a call puts its commands together and gets its answer.

package tacos

/*
#cgo pkg-config: tacos-engine
#include <stdlib.h>
#include "tacos_engine.h"
*/
import "C"

import (
	"runtime"
	"sync"
	"unsafe"
)

// arena is memory of C's in which one call puts its commands together and gets its answer. C never sees memory of Go's.
type arena struct {
	base  unsafe.Pointer
	used  uintptr
	extra []unsafe.Pointer
	// buffer is a tacos_buffer for answers; its memory may grow.
	buffer *C.tacos_buffer
	answer *C.tacos_answer
}

const (
	arenaBytes = 8 << 10
	replyBytes = C.TACOS_REPLY_BYTES_MAX
)

var arenas = sync.Pool{New: func() any { return newArena() }}

func newArena() *arena {
	a := &arena{
		base:   C.malloc(arenaBytes),
		buffer: (*C.tacos_buffer)(C.calloc(1, C.sizeof_tacos_buffer)),
		answer: (*C.tacos_answer)(C.calloc(1, C.sizeof_tacos_answer)),
	}
	a.buffer.data = C.malloc(replyBytes)
	a.buffer.capacity = replyBytes
	// The pool lets go of arenas whenever it likes.
	runtime.AddCleanup(a, func(kept keptMemory) {
		C.free(kept.base)
		C.free(unsafe.Pointer(kept.answer))
		C.free(kept.buffer.data)
		C.free(unsafe.Pointer(kept.buffer))
	}, keptMemory{a.base, a.buffer, a.answer})
	return a
}

type keptMemory struct {
	base   unsafe.Pointer
	buffer *C.tacos_buffer
	answer *C.tacos_answer
}

func takeArena() *arena { return arenas.Get().(*arena) }

func (a *arena) giveBack() {
	a.used = 0
	for _, block := range a.extra {
		C.free(block)
	}
	a.extra = a.extra[:0]
	arenas.Put(a)
}

// grow makes the answer buffer at least as large as the last call asked for.
func (a *arena) grow() {
	needed := a.buffer.needed
	C.free(a.buffer.data)
	a.buffer.data = C.malloc(needed)
	a.buffer.capacity = needed
}

// alloc gives zeroed memory, aligned for everything.
func (a *arena) alloc(size uintptr) unsafe.Pointer {
	at := a.take(size)
	clear(unsafe.Slice((*byte)(at), size))
	return at
}

// take gives memory that is to be filled.
func (a *arena) take(size uintptr) unsafe.Pointer {
	size = (size + 7) &^ 7
	var at unsafe.Pointer
	if a.used+size <= arenaBytes {
		at = unsafe.Add(a.base, a.used)
		a.used += size
	} else {
		at = C.malloc(C.size_t(max(size, 8)))
		a.extra = append(a.extra, at)
	}
	return at
}

func alloc[T any](a *arena) *T {
	var zero T
	return (*T)(a.alloc(unsafe.Sizeof(zero)))
}

func allocSlice[T any](a *arena, count int) []T {
	if count == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*T)(a.alloc(unsafe.Sizeof(zero)*uintptr(count))), count)
}

// text copies a text; an empty one is none.
func (a *arena) text(text string) C.tacos_str {
	if text == "" {
		return C.tacos_str{}
	}
	at := a.take(uintptr(len(text)))
	copy(unsafe.Slice((*byte)(at), len(text)), text)
	return C.tacos_str{data: (*C.char)(at), len: C.size_t(len(text))}
}

func (a *arena) bytes(bytes []byte) C.tacos_bytes {
	if bytes == nil {
		return C.tacos_bytes{}
	}
	at := a.take(uintptr(max(len(bytes), 1)))
	copy(unsafe.Slice((*byte)(at), len(bytes)), bytes)
	return C.tacos_bytes{data: (*C.uint8_t)(at), len: C.size_t(len(bytes))}
}

// texts copies a list of texts; an empty list is none.
func (a *arena) texts(texts []string) (*C.tacos_str, C.size_t) {
	list := allocSlice[C.tacos_str](a, len(texts))
	for i, text := range texts {
		list[i] = a.text(text)
	}
	return unsafe.SliceData(list), C.size_t(len(list))
}

func goText(text C.tacos_str) string {
	if text.len == 0 {
		return ""
	}
	return C.GoStringN(text.data, C.int(text.len))
}

func goBytes(bytes C.tacos_bytes) []byte {
	if bytes.data == nil {
		return nil
	}
	return C.GoBytes(unsafe.Pointer(bytes.data), C.int(bytes.len))
}

// item is number i of a list: lists are stepped through by their own stride.
func item[T any](list C.tacos_list, i C.size_t) *T {
	return (*T)(unsafe.Add(list.items, uintptr(i)*uintptr(list.stride)))
}

func goList[T, R any](list C.tacos_list, each func(*T) R) []R {
	if list.count == 0 {
		return nil
	}
	out := make([]R, list.count)
	for i := range out {
		out[i] = each(item[T](list, C.size_t(i)))
	}
	return out
}

func goNumbers(list C.tacos_list) []uint32 {
	return goList(list, func(number *C.uint32_t) uint32 { return uint32(*number) })
}

func flag(yes bool) C.uint32_t {
	if yes {
		return 1
	}
	return 0
}
