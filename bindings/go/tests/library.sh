# To be sourced. `use_library DIR` lets Go build with the library installed in DIR. Go's build cache looks at neither what
# pkg-config says nor what the library holds, so both are said in a flag that it does look at: else it may link an old one.
use_library() {
    local sum
    sum="$(cat "$1"/lib/libtacos_engine.* "$1/include/tacos_engine.h" | sha256sum | cut -c1-16)"
    export PKG_CONFIG_PATH="$1/lib/pkgconfig"
    export CGO_CFLAGS="-O2 -g -DTACOS_LIBRARY=0x$sum"
    export CGO_LDFLAGS="-O2 -g -L$1/lib"
}
