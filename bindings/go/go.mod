module github.com/traffic-tacos/engine/bindings/go

go 1.24
