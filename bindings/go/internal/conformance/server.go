// A server in a process of its own, whose client the driver is: what is done to the engine as a whole is handed on to it.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
)

// server is a program that serves (bindings/conformance/DRIVING.md, "Over a server").
type server struct {
	process *exec.Cmd
	to      io.WriteCloser
	from    *bufio.Scanner
	client  *tacos.Client
	// needsKeys: the scenario wants an engine that refuses writes without a key.
	needsKeys bool
}

func startServer(program string) (*server, error) {
	s := &server{process: exec.Command(program)}
	s.process.Stderr = os.Stderr
	to, err := s.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.to, s.from = to, bufio.NewScanner(from)
	return s, s.process.Start()
}

// ask hands a block on and gives the fields of the reply.
func (s *server) ask(block []byte) (fields, error) {
	if _, err := s.to.Write(block); err != nil {
		return nil, err
	}
	said, more, err := readBlock(s.from)
	switch {
	case err != nil:
		return nil, err
	case !more:
		return nil, errors.New("the server is gone")
	case said.word != "reply":
		return nil, fmt.Errorf("%s: %v", said.word, said.fields["why"])
	}
	return said.fields, nil
}

func (s *server) do(word string) error {
	_, err := s.ask(say(word).done())
	return err
}

func (s *server) open(a arguments) (tacos.Face, error) {
	asked := say("open")
	asked.text("folder", a.text("folder"))
	asked.int("clock_unix_ms", a.number("clock_unix_ms"))
	asked.line("config", "o")
	config, _ := a.fields["config"].(fields)
	s.needsKeys = false
	for name, value := range config {
		switch v := value.(type) {
		case string:
			asked.text("config."+name, v)
		case int64:
			asked.int("config."+name, v)
		case bool:
			if name == "idempotency_required" {
				s.needsKeys = v
				continue
			}
			asked.bool("config."+name, v)
		}
	}
	said, err := s.ask(asked.done())
	if err != nil {
		return nil, err
	}
	address, _ := said["address"].(string)
	token, _ := said["token"].(string)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.client, err = tacos.Dial(ctx, address, tacos.DialOptions{
		Token: func(context.Context) (string, error) { return token, nil },
	})
	if err != nil {
		return nil, err
	}
	return s.client, nil
}

func (s *server) advance(by time.Duration) error {
	asked := say("advance")
	asked.int("ms", by.Milliseconds())
	_, err := s.ask(asked.done())
	return err
}

func (s *server) turn() error { return s.do("turn") }

func (s *server) digest() (string, error) {
	said, err := s.ask(say("digest").done())
	if err != nil {
		return "", err
	}
	digest, is := said["digest"].(string)
	if !is {
		return "", errors.New("no digest")
	}
	return digest, nil
}

func (s *server) called(what string) error {
	asked := say("call")
	asked.text("do", what)
	_, err := s.ask(asked.done())
	return err
}

func (s *server) snapshot() error         { return s.called("snapshot") }
func (s *server) clearIdempotency() error { return s.called("clear_idempotency") }
func (s *server) stop() error             { return errUnsupported }

func (s *server) close() error {
	var ended error
	if s.client != nil {
		ended, s.client = s.client.Close(), nil
	}
	return errors.Join(ended, s.do("close"))
}

// end ends the process.
func (s *server) end() error {
	return errors.Join(s.to.Close(), s.process.Wait())
}

// unsupported names what a server does by itself, so that its clients cannot.
func (s *server) unsupported(err error) string {
	var said *tacos.ServerError
	switch {
	case err == nil && s.needsKeys:
		return "a server asks for keys by its own rules, and never in a stream"
	case errors.Is(err, errUnsupported):
		return errUnsupported.Error()
	case errors.Is(err, tacos.ErrNotOverTheWire):
		return "updates: the server's feed has other words for them"
	case errors.As(err, &said) && said.Code == "QUOTA_EXCEEDED":
		return "the server's own notes are among those that are bounded"
	case errors.As(err, &said) && len(said.Problems) > 0 && said.Problems[0].Field == "webhook_url":
		return "deliveries are the server's own: to nowhere it takes no address"
	}
	return ""
}
