// Blocks of lines between the runner and this driver: reading and writing them.

package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// fields is an object of a block: texts, int64s, bools, lists (*[]any) and objects.
type fields map[string]any

// block is one message of the runner; see bindings/conformance/DRIVING.md.
type block struct {
	word   string
	fields fields
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r")
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)

// readBlock gives the next block; false at the end of the input.
func readBlock(in *bufio.Scanner) (block, bool, error) {
	if !in.Scan() {
		return block{}, false, in.Err()
	}
	b := block{in.Text(), fields{}}
	for in.Scan() {
		line := in.Text()
		if line == "" {
			return b, true, nil
		}
		path, value, found := strings.Cut(line, "\t")
		if !found || value == "" {
			return b, false, fmt.Errorf("no value: %q", line)
		}
		if err := b.fields.set(path, value); err != nil {
			return b, false, fmt.Errorf("%q: %w", line, err)
		}
	}
	return b, false, fmt.Errorf("a block has no end: %q", b.word)
}

func scalar(value string) (any, error) {
	kind, text := value[0], value[1:]
	switch kind {
	case 's':
		return unescape.Replace(text), nil
	case 'i':
		return strconv.ParseInt(text, 10, 64)
	case 'b':
		return text == "1", nil
	case 'l':
		return &[]any{}, nil
	case 'o':
		return fields{}, nil
	}
	return nil, fmt.Errorf("no kind %q", kind)
}

// set puts a value where the path leads: to a field, or to the next entry of a list.
func (f fields) set(path, value string) error {
	made, err := scalar(value)
	if err != nil {
		return err
	}
	var at any = f
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		switch inside := at.(type) {
		case fields:
			at = inside[part]
		case *[]any:
			index, err := strconv.Atoi(part)
			if err != nil || index >= len(*inside) {
				return fmt.Errorf("no entry %q", part)
			}
			at = (*inside)[index]
		}
	}
	switch inside := at.(type) {
	case fields:
		inside[parts[len(parts)-1]] = made
	case *[]any:
		*inside = append(*inside, made)
	default:
		return fmt.Errorf("it leads nowhere")
	}
	return nil
}

// answer is a block that is being written.
type answer struct {
	out   bytes.Buffer
	scope string
}

func say(word string) *answer {
	a := &answer{}
	a.out.WriteString(word + "\n")
	return a
}

func (a *answer) line(name, value string) { a.out.WriteString(a.scope + name + "\t" + value + "\n") }

func (a *answer) text(name, value string)    { a.line(name, "s"+escape.Replace(value)) }
func (a *answer) hex(name string, of []byte) { a.text(name, hex.EncodeToString(of)) }
func (a *answer) int(name string, value int64) {
	a.line(name, "i"+strconv.FormatInt(value, 10))
}

func (a *answer) bool(name string, value bool) {
	if value {
		a.line(name, "b1")
	} else {
		a.line(name, "b0")
	}
}

func (a *answer) texts(name string, values []string) {
	a.line(name, "l"+strconv.Itoa(len(values)))
	for i, value := range values {
		a.text(name+"."+strconv.Itoa(i), value)
	}
}

// items writes a list of objects.
func items[T any](a *answer, entries []T, put func(*answer, T)) {
	a.line("items", "l"+strconv.Itoa(len(entries)))
	for i, entry := range entries {
		a.line("items."+strconv.Itoa(i), "o")
		a.scope = "items." + strconv.Itoa(i) + "."
		put(a, entry)
		a.scope = ""
	}
}

func (a *answer) done() []byte {
	a.out.WriteByte('\n')
	return a.out.Bytes()
}
