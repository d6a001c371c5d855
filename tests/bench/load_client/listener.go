package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const readySeconds = 30 * time.Second

// listener is a device: it counts what it is told of, by number.
type listener struct {
	load *Load
	lock sync.Mutex
	seen map[int]int
}

func (l *listener) told() map[int]int {
	l.lock.Lock()
	defer l.lock.Unlock()
	return maps.Clone(l.seen)
}

func (l *listener) take(number int) {
	now := time.Now()
	l.lock.Lock()
	l.seen[number]++
	l.lock.Unlock()
	l.load.hear(number, now)
}

// It listens when this returns; what goes wrong later is the load's failure.
func listen(address string, device Device, load *Load) (*listener, error) {
	l := &listener{load: load, seen: map[int]int{}}
	ready := make(chan error, 1)
	var hear func(string, Device, chan<- error) error
	switch device.Kind {
	case "graphql":
		hear = l.graphql
	case "events":
		hear = l.events
	default:
		return nil, fmt.Errorf("there is no device of kind %q", device.Kind)
	}
	go func() {
		err := hear(address, device, ready)
		select {
		case ready <- err:
		default:
			load.measured.Load().failed(fmt.Sprintf("a device: %v", err))
		}
	}()
	select {
	case err := <-ready:
		return l, err
	case <-time.After(readySeconds):
		return l, errors.New("a device was not ready in time")
	}
}

func (l *listener) graphql(address string, device Device, ready chan<- error) error {
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, Timeout: readySeconds}
	open, buffered, _, err := dialer.Dial(context.Background(), "ws://"+address+device.Path)
	if err != nil {
		return err
	}
	defer open.Close()
	var from net.Conn = open
	if buffered != nil {
		from = &readAhead{open, buffered}
	}
	greeting := device.Greeting
	greet := func() error {
		if len(greeting) > 0 {
			if err := wsutil.WriteClientText(open, []byte(greeting[0])); err != nil {
				return err
			}
			greeting = greeting[1:]
		}
		if len(greeting) == 0 {
			select {
			case ready <- nil:
			default:
			}
		}
		return nil
	}
	if err := greet(); err != nil {
		return err
	}
	for {
		message, err := wsutil.ReadServerText(from)
		if err != nil {
			return err
		}
		if number, found := numberIn(message); found {
			l.take(number)
			continue
		}
		switch {
		case bytes.Contains(message, []byte(`"type":"ping"`)):
			err = wsutil.WriteClientText(open, []byte(`{"type":"pong"}`))
		case bytes.Contains(message, []byte(`"type":"connection_ack"`)):
			err = greet()
		default:
			err = fmt.Errorf("was sent %.300q", message)
		}
		if err != nil {
			return err
		}
	}
}

type readAhead struct {
	net.Conn
	buffered *bufio.Reader
}

func (r *readAhead) Read(into []byte) (int, error) { return r.buffered.Read(into) }

func (l *listener) events(address string, device Device, ready chan<- error) error {
	answer, err := http.Get("http://" + address + device.Path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	greeted := false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "id:"); found && !greeted {
			body := strings.ReplaceAll(device.Greeting[0], "CLIENT", name)
			request := newTemplate(Request{device.Path, device.Authorization, body})
			connection := connection{address: address}
			if _, err := connection.post(request.whole); err != nil {
				return err
			}
			connection.close()
			greeted = true
			ready <- nil
		}
		if number, found := numberIn([]byte(line)); found {
			l.take(number)
		}
	}
}
