// Checks histories of the engine for linearizability with Porcupine, object by object.
//
//	linearizability [-expect KIND[,KIND]] [-timeout 60s] [-html FOLDER] HISTORY...
//
// Without -expect every partition must be linearisable. With it, partitions of each of these kinds (seat, reservation, line)
// and of no other must not be: so a violation that was planted must be found, and found where it is.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

type totals struct {
	histories, operations, unanswered, partitions, longest int
	longestName                                            string
	violations                                             map[string]int
}

func main() {
	expect := flag.String("expect", "", "the kinds of partition in which a violation was planted")
	timeout := flag.Duration("timeout", time.Minute, "how long one partition may take")
	html := flag.String("html", "", "folder for pictures of violations (default: beside the history)")
	flag.Parse()
	sum := totals{violations: map[string]int{}}
	for _, path := range flag.Args() {
		if err := check(path, *timeout, *html, &sum); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	found := 0
	for _, count := range sum.violations {
		found += count
	}
	fmt.Printf("%d histories, %d operations (%d without an answer), %d partitions, longest %d (%s), %d violations\n",
		sum.histories, sum.operations, sum.unanswered, sum.partitions, sum.longest, sum.longestName, found)
	switch {
	case sum.histories == 0 || sum.operations == 0:
		fmt.Fprintln(os.Stderr, "nothing was checked")
		os.Exit(2)
	case *expect == "" && found > 0:
		os.Exit(1)
	case *expect != "" && !sum.foundIn(strings.Split(*expect, ",")):
		fmt.Fprintf(os.Stderr, "planted in: %s, found in: %v\n", *expect, sum.violations)
		os.Exit(1)
	}
}

// foundIn says whether each of these kinds has a violation, and no other.
func (t *totals) foundIn(kinds []string) bool {
	for _, kind := range kinds {
		if t.violations[kind] == 0 {
			return false
		}
	}
	return len(t.violations) == len(kinds)
}

func check(path string, timeout time.Duration, html string, sum *totals) error {
	read, err := readHistory(path)
	if err != nil {
		return err
	}
	parts, err := split(read)
	if err != nil {
		return err
	}
	sum.histories++
	for _, c := range read.calls {
		if c.kind != "crash" {
			sum.operations++
		}
		if c.result == resultUnknown {
			sum.unanswered++
		}
	}
	for _, part := range parts {
		sum.partitions++
		if len(part.calls) > sum.longest {
			sum.longest, sum.longestName = len(part.calls), part.kind+" "+part.name
		}
		result, info := porcupine.CheckOperationsVerbose(part.model, part.calls, timeout)
		switch result {
		case porcupine.Ok:
		case porcupine.Unknown:
			return fmt.Errorf("%s: %s %s: not decided within %v (%d calls)", path, part.kind, part.name, timeout, len(part.calls))
		default:
			sum.violations[part.kind]++
			if err := report(path, html, part, info); err != nil {
				return err
			}
		}
	}
	return nil
}

// report prints the partition that cannot be put in order, and leaves Porcupine's picture of it beside the history.
func report(path, html string, part *partition, info porcupine.LinearizationInfo) error {
	fmt.Printf("%s: %s %s is not linearisable (%d calls):\n", path, part.kind, part.name, len(part.calls))
	longest := 0
	for _, linearizations := range info.PartialLinearizations() {
		for _, linearization := range linearizations {
			longest = max(longest, len(linearization))
		}
	}
	fmt.Printf("  the longest order found has %d calls\n", longest)
	for _, operation := range part.calls {
		c := operation.Input.(*call)
		fmt.Printf("  line %-5d client %-3d %12d .. %12d ns  %s\n", c.line, c.client, c.callNs, c.returnNs, c)
	}
	if html == "" {
		html = filepath.Dir(path)
	}
	name := strings.ReplaceAll(fmt.Sprintf("%s-%s-%s.html", filepath.Base(path), part.kind, part.name), " ", "-")
	picture := filepath.Join(html, name)
	if err := porcupine.VisualizePath(part.model, info, picture); err != nil {
		return fmt.Errorf("%s: %w", picture, err)
	}
	fmt.Printf("  picture: %s\n", picture)
	return nil
}
