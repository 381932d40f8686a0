// Ids and tokens between Go and C.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import "unsafe"

// Ids and tokens are bytes on both sides, so they are copied as one.

func cID(id [16]byte) C.tacos_id { return *(*C.tacos_id)(unsafe.Pointer(&id)) }

func goID(id C.tacos_id) [16]byte { return *(*[16]byte)(unsafe.Pointer(&id)) }

func cToken(token [24]byte) C.tacos_token { return *(*C.tacos_token)(unsafe.Pointer(&token)) }

func goToken(token C.tacos_token) [24]byte { return *(*[24]byte)(unsafe.Pointer(&token)) }
