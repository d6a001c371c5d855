package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

var cursorSeed = maphash.MakeSeed()

// delivery is one event as it came over one socket.
type delivery struct {
	number     int64
	cursorHash uint64
	// delayNanos is from the moment the change was to be sent, by schedule, to the moment it was read here.
	delayNanos int64
	dueNanos   int64
}

// socket is one device. Its own goroutine reads it, and nobody else writes to it before it is closed.
type socket struct {
	user     int
	conn     net.Conn
	reader   *bufio.Reader
	received []delivery
	bytes    int64
	closing  atomic.Bool
	err      error
	done     chan struct{}
}

// dial connects a device of the user and subscribes from the position `after`.
func dial(target server, index int, user User, after string) (*socket, error) {
	bounded, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, ReadBufferSize: 1024, WriteBufferSize: 512}
	conn, early, _, err := dialer.Dial(bounded, target.path(user))
	if err != nil {
		return nil, fmt.Errorf("connecting a socket: %w", err)
	}
	if early == nil {
		early = bufio.NewReaderSize(conn, 1024)
	}
	s := &socket{user: index, conn: conn, reader: early, done: make(chan struct{})}
	messages := target.first(user, after)
	for i, text := range messages {
		if err := wsutil.WriteClientText(conn, []byte(text)); err != nil {
			return nil, err
		}
		if i < len(messages)-1 {
			conn.SetReadDeadline(time.Now().Add(waitLimit))
			if _, err := s.next(nil); err != nil {
				return nil, fmt.Errorf("signing in on a socket: %w", err)
			}
			conn.SetReadDeadline(time.Time{})
		}
	}
	return s, nil
}

// listen reads until the socket is closed. An event is put down before `heard` is called with its number.
func (s *socket) listen(heard func(number int64), failed func(error)) {
	defer close(s.done)
	var buffer []byte
	for {
		text, err := s.next(buffer)
		if err == nil {
			buffer = text
			err = s.take(text, heard)
		}
		if err != nil {
			if !s.closing.Load() {
				s.err = err
				failed(err)
			}
			return
		}
	}
}

func (s *socket) take(text []byte, heard func(int64)) error {
	now := sinceStart()
	number, due := readTitle(field(text, "title"))
	cursor := field(text, "cursor")
	if number < 0 || cursor == nil {
		return s.takeOther(text)
	}
	s.received = append(s.received, delivery{number, maphash.Bytes(cursorSeed, cursor), now - due, due})
	s.bytes += int64(len(text))
	heard(number)
	return nil
}

func (s *socket) takeOther(text []byte) error {
	var other struct{ Type string }
	if err := json.Unmarshal(text, &other); err != nil || other.Type != "ping" {
		return fmt.Errorf("a socket was sent what it did not ask for: %.300s", text)
	}
	return wsutil.WriteClientText(s.conn, []byte(`{"type":"pong"}`))
}

// next is the next text message, in the buffer where it has room.
func (s *socket) next(buffer []byte) ([]byte, error) {
	for {
		header, err := ws.ReadHeader(s.reader)
		if err != nil {
			return nil, err
		}
		if int64(cap(buffer)) < header.Length {
			buffer = make([]byte, header.Length)
		}
		buffer = buffer[:header.Length]
		if _, err := io.ReadFull(s.reader, buffer); err != nil {
			return nil, err
		}
		switch {
		case header.OpCode == ws.OpText && header.Fin:
			return buffer, nil
		case header.OpCode == ws.OpPing:
			if err := wsutil.WriteClientMessage(s.conn, ws.OpPong, buffer); err != nil {
				return nil, err
			}
		case header.OpCode == ws.OpClose:
			code, reason := ws.ParseCloseFrameData(buffer)
			return nil, fmt.Errorf("the server closed a socket: %d %s", code, reason)
		default:
			return nil, fmt.Errorf("a frame of another kind than expected: opcode %d, fin %t", header.OpCode, header.Fin)
		}
	}
}

func (s *socket) close() {
	s.closing.Store(true)
	ws.WriteFrame(s.conn, ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))))
	s.conn.Close()
	<-s.done
}

// title carries the change's number and the moment it is to be sent, in nanoseconds since this program's start.
func title(number, dueNanos int64) string {
	return "bench " + strconv.FormatInt(number, 10) + " due " + strconv.FormatInt(dueNanos, 10)
}

// readTitle answers -1 for what is no title of ours.
func readTitle(text []byte) (number, dueNanos int64) {
	rest, ours := bytes.CutPrefix(text, []byte("bench "))
	first, second, cut := bytes.Cut(rest, []byte(" due "))
	if !ours || !cut {
		return -1, 0
	}
	number, err := strconv.ParseInt(string(first), 10, 64)
	if err != nil {
		return -1, 0
	}
	if dueNanos, err = strconv.ParseInt(string(second), 10, 64); err != nil {
		return -1, 0
	}
	return number, dueNanos
}

// field is the string under the first such name in a JSON text; nil where there is none. Decoding it all would cost
// the client more than the server spends on sending it.
func field(text []byte, name string) []byte {
	at := bytes.Index(text, []byte(`"`+name+`"`))
	if at < 0 {
		return nil
	}
	rest := bytes.TrimLeft(text[at+len(name)+2:], ": ")
	if len(rest) == 0 || rest[0] != '"' {
		return nil
	}
	end := bytes.IndexByte(rest[1:], '"')
	if end < 0 {
		return nil
	}
	return rest[1 : end+1]
}
