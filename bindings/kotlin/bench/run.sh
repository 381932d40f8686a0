#!/usr/bin/env bash
# What the border costs for Kotlin: lines of face, row and nanoseconds, parted by tabs; bindings/tests/bench.sh says what is
# measured and how, and puts them beside the other languages' lines. Takes the folder for durable engines, then the faces:
# kotlin (if none is named), kotlin-jna (the way that uniffi takes by itself), java (blocking calls).
set -euo pipefail
data=$(cd "${1:?usage: bench/run.sh FOLDER [FACE...]}" && pwd)
shift
cd "$(dirname "$0")/.."
mvn -q -B -ntp -pl linked -am install -DskipTests >&2
cd linked
mvn -q -B -ntp dependency:build-classpath -Dmdep.outputFile=target/test-classpath.txt \
    -Dmdep.includeScope=test >&2
exec java -Xmx512m -cp "target/test-classes:target/classes:$(cat target/test-classpath.txt)" \
    com.traffictacos.engine.BorderBenchKt "$data" "$@"
