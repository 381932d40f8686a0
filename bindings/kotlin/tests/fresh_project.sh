#!/usr/bin/env bash
# A project of somebody else: in an empty folder, with the files that the README shows and nothing else, it depends on the
# artifact of the local Maven repository, sells a seat, and finds it sold after a restart; in Kotlin, and in Java.
set -euo pipefail
readme=$(cd "$(dirname "$0")/.." && pwd)/README.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Writes the code block that follows the mark `<!-- file: NAME -->` in the README to NAME.
take() {
    mkdir -p "$(dirname "$1")"
    awk -v mark="<!-- file: $1 -->" '$0 == mark { found = 1; next }
        found && /^```/ { if (inside) exit; inside = 1; next }
        inside' "$readme" > "$1"
    [ -s "$1" ] || { echo "the README has no $1" >&2; exit 1; }
}
take pom.xml
take src/main/kotlin/Shop.kt
take src/main/java/Shop.java

# The top README shows the same program.
awk '/^```kotlin$/ { inside = 1; next } inside && /^```/ { exit } inside' "$(dirname "$readme")/../../README.md" |
    diff - src/main/kotlin/Shop.kt || { echo "the top README shows another program" >&2; exit 1; }

mvn -q -B -ntp package
for run in first second; do
    # Maven colours its end of the line even where nobody asked.
    mvn -q -B exec:java -Dexec.mainClass=ShopKt -Dexec.args="$folder/data" | sed 's/\x1b\[[0-9;]*m//g' | tee "$run.txt"
done
grep -qx 'sold A-7: ord_[0-9a-z]*' first.txt
grep -qx 'A-7 was taken: conflict: seats are taken: A-7' first.txt
grep -qx 'after the restart: 1 of 10 sold' second.txt

mvn -q -B -ntp dependency:build-classpath -Dmdep.outputFile=classpath.txt
for run in first second; do
    java -cp "$(cat classpath.txt)" src/main/java/Shop.java "$folder/data-java" | tee "java-$run.txt"
done
grep -qx 'sold A-7: ord_[0-9a-z]*' java-first.txt
grep -qx 'A-7 was taken: conflict: seats are taken: A-7' java-first.txt
grep -qx 'after the restart: 1 of 10 sold' java-second.txt
echo 'fresh project: passed'
