// The models by hand: what they must allow and what they must not, one short history each.

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// Columns: client, call and return in ms, kind, name, seats, given, result, shown, taken.
func violated(t *testing.T, lines ...string) map[string]int {
	t.Helper()
	text := "# tacos-history 1 inside_max=2\n"
	for _, line := range lines {
		words := strings.Fields(line)
		words[1], words[2] = words[1]+"000000", words[2]+"000000"
		text += strings.Join(words, "\t") + "\n"
	}
	path := filepath.Join(t.TempDir(), "by-hand.tsv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := readHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := split(read)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, part := range parts {
		switch porcupine.CheckOperationsTimeout(part.model, part.calls, time.Minute) {
		case porcupine.Illegal:
			found[part.kind]++
		case porcupine.Unknown:
			t.Fatalf("%s %s: not decided", part.kind, part.name)
		}
	}
	return found
}

func TestModels(t *testing.T) {
	hold := "1 10 11 hold r1 A-1 100 ok 100 -"
	sold := "1 20 21 confirm r1 - 0 ok 0 -"
	crash := "9 200 210 crash - - 0 ok 0 -"
	cases := []struct {
		claim string
		where string
		lines []string
	}{
		{"a free seat can be had", "", []string{hold}},
		{"a held seat cannot", "seat", []string{hold, "2 20 21 hold r2 A-1 90 ok 90 -"}},
		{"concurrent holds have one winner", "seat", []string{hold, "2 10 12 hold r2 A-1 90 ok 90 -"}},
		{"a hold past its time is in no one's way", "", []string{hold, "2 99 100 hold r2 A-1 190 ok 190 -"}},
		{"a deadline that has passed is refused", "", []string{"1 10 11 hold r1 A-1 11 invalid 0 -"}},
		{"one that has not is not", "reservation", []string{"1 10 11 hold r1 A-1 12 invalid 0 -"}},
		{"before its time it is", "seat", []string{hold, "2 98 99 hold r2 A-1 190 ok 190 -"}},
		{"no hold is refused for a free seat", "seat", []string{"1 10 11 hold r1 A-1 100 seats_taken 0 A-1"}},
		{"no hold is refused for a lapsed one", "seat", []string{hold, "2 100 101 hold r2 A-1 190 seats_taken 0 A-1"}},
		{"a refusal speaks of the seats it names", "", []string{hold, "2 20 21 hold r2 A-1,A-2 90 seats_taken 0 A-1", "3 30 31 hold r3 A-2 90 ok 90 -"}},
		{"a seat that was given back can be had", "", []string{hold, "1 20 21 release r1 - 0 ok 0 -", "2 30 31 hold r2 A-1 90 ok 90 -"}},
		{"a sold seat cannot, whenever", "seat", []string{hold, sold, "2 300 301 hold r2 A-1 390 ok 390 -"}},
		{"a confirmation must be called before the deadline", "reservation", []string{hold, "1 100 101 confirm r1 - 0 ok 0 -"}},
		{"confirm and release have one winner", "reservation", []string{hold, "1 20 30 confirm r1 - 0 ok 0 -", "2 20 30 release r1 - 0 ok 0 -"}},
		{"an extension lasts", "", []string{hold, "1 20 21 extend r1 - 50 ok 150 -", "1 120 121 confirm r1 - 0 ok 0 -"}},
		{"an extended hold is in the way", "seat", []string{hold, "1 20 21 extend r1 - 50 ok 150 -", "2 120 121 hold r2 A-1 190 ok 190 -"}},
		{"a third extension is refused", "reservation", []string{hold, "1 20 21 extend r1 - 5 ok 105 -", "1 22 23 extend r1 - 5 ok 110 -", "1 24 25 extend r1 - 5 ok 115 -"}},
		{"told expired before the deadline", "reservation", []string{hold, "1 20 21 lookup r1 - 0 expired 100 -"}},
		{"told expired, it stays so", "reservation", []string{hold, "2 100 101 lookup r1 - 0 expired 100 -", "1 99 130 confirm r1 - 0 ok 0 -", "2 140 141 lookup r1 - 0 confirmed 100 -"}},
		{"a sale survives a crash", "reservation", []string{hold, sold, crash, "3 220 221 lookup r1 - 0 unknown_reservation 0 -"}},
		{"a sale without an answer may survive", "", []string{hold, "1 20 21 confirm r1 - 0 ? 0 -", crash, "3 220 221 lookup r1 - 0 confirmed 100 -"}},
		{"or not", "", []string{hold, "1 20 21 confirm r1 - 0 ? 0 -", crash, "3 220 221 lookup r1 - 0 expired 100 -"}},
		{"not both", "reservation", []string{hold, "1 20 21 confirm r1 - 0 ? 0 -", crash, "3 220 221 lookup r1 - 0 expired 100 -", "3 230 231 lookup r1 - 0 confirmed 100 -"}},
		{"what was seen without an answer may be lost", "", []string{"1 10 11 hold r1 A-1 900 ? 0 -", "2 12 13 hold r2 A-1 900 seats_taken 0 A-1", crash, "3 220 221 hold r3 A-1 900 ok 900 -"}},
		{"what an answer was built on is not", "seat", []string{hold, "1 20 21 release r1 - 0 ? 0 -", "2 22 23 hold r2 A-1 900 ok 900 -", crash, "3 220 221 hold r3 A-1 950 ok 950 -"}},
		{"no effect comes after the crash", "reservation", []string{"1 10 11 hold r1 A-1 900 ok 900 -", "1 20 21 release r1 - 0 ? 0 -", crash, "3 220 221 lookup r1 - 0 pending 900 -", "3 230 231 lookup r1 - 0 cancelled 900 -"}},
	}
	for _, one := range cases {
		t.Run(one.claim, func(t *testing.T) {
			found := violated(t, one.lines...)
			if one.where == "" && len(found) > 0 || one.where != "" && found[one.where] == 0 {
				t.Errorf("violations in %v, expected in %q", found, one.where)
			}
		})
	}
}

func TestLine(t *testing.T) {
	three := []string{"1 10 11 join s1 - 0 ok 0 -", "1 12 13 join s2 - 0 ok 1 -", "1 14 15 join s3 - 0 ok 2 -"}
	grant := func(ticket, session string) string { return "2 20 21 ask " + session + " - " + ticket + " ok 3600 -" }
	crash := "9 200 210 crash - - 0 ok 0 -"
	cases := []struct {
		claim string
		good  bool
		lines []string
	}{
		{"as many as may be inside are let in", true, []string{grant("0", "s1"), grant("1", "s2")}},
		{"not in the order of asking, but of places", true, []string{grant("1", "s2"), grant("0", "s1")}},
		{"not one more", false, []string{grant("2", "s3")}},
		{"when one has left, one more", true, []string{"1 16 17 leave s1 - 0 ok 0 -", grant("2", "s3")}},
		{"who leaves later makes no room now", false, []string{grant("2", "s3"), "1 22 23 leave s1 - 0 ok 0 -"}},
		{"a departure without an answer may make room", true, []string{"1 16 17 leave s1 - 0 ? 0 -", grant("2", "s3")}},
		{"who has left is not let in", false, []string{"1 16 17 leave s1 - 0 ok 0 -", grant("0", "s1")}},
		{"asked again, the answer is the same", false, []string{grant("0", "s1"), "2 30 31 ask s1 - 0 ok 3700 -"}},
		{"who is in is not told to wait", false, []string{grant("0", "s1"), "2 30 31 ask s1 - 0 not_yet 0 -"}},
		{"an admission survives a crash", false, []string{grant("0", "s1"), crash, "3 220 221 ask s1 - 0 not_yet 0 -"}},
		{"a place survives a crash", false, []string{crash, "3 220 221 join s1 - 0 ok 3 -"}},
		{"the same session has the same place", true, []string{"3 20 21 join s1 - 0 again 0 -"}},
		{"not another one", false, []string{"3 20 21 join s1 - 0 again 1 -"}},
		{"who joins later has a higher ticket", false, []string{"1 16 17 join s4 - 0 ok 4 -", "1 18 19 join s5 - 0 ok 3 -"}},
		{"a join without an answer may be found again", true, []string{"1 16 17 join s4 - 0 ? 0 -", crash, "3 220 221 join s4 - 0 again 3 -"}},
		{"no ticket is said to be left that is not", false, []string{"2 30 31 ask s1 - 0 left_line 0 -"}},
	}
	for _, one := range cases {
		t.Run(one.claim, func(t *testing.T) {
			found := violated(t, append(append([]string{}, three...), one.lines...)...)
			if one.good != (len(found) == 0) {
				t.Errorf("violations in %v", found)
			}
		})
	}
}

func TestHistoriesThatCannotBeReadAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "# something else\n", "# tacos-history 2 inside_max=2\n", "# tacos-history 1\n",
		"# tacos-history 1 inside_max=2\n1\t2\n",
		"# tacos-history 1 inside_max=2\n1\t5\t4\tjoin\ts1\t-\t0\tok\t0\t-\n",
		"# tacos-history 1 inside_max=2\n1\t4\t5\tdance\ts1\t-\t0\tok\t0\t-\n",
		"# tacos-history 1 inside_max=2\n1\tx\t5\tjoin\ts1\t-\t0\tok\t0\t-\n",
	} {
		path := filepath.Join(t.TempDir(), "bad.tsv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readHistory(path); err == nil {
			t.Errorf("read: %q", text)
		}
	}
}
