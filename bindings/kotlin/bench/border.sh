#!/usr/bin/env bash
# What the border costs for Kotlin and Java: lines `face<TAB>case<TAB>ns`. bindings/tests/bench.sh puts them beside the other
# languages' lines. An argument sets the rounds of the shortest case (200000).
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -q -B -ntp test-compile dependency:build-classpath -Dmdep.outputFile=target/test-classpath.txt -Dmdep.includeScope=test >&2
exec java -Xmx512m -cp "target/test-classes:target/classes:$(cat target/test-classpath.txt)" \
    com.traffictacos.engine.BorderBenchKt "$@"
