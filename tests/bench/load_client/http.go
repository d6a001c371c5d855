package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The server may let go of an idle connection after some seconds; one must not be used just then.
const idle = 3 * time.Second

const answerSeconds = 30 * time.Second

// template is a whole request in which only the number differs.
type template struct {
	whole []byte
	// Where the number stands; -1 where none does.
	mark int
}

func newTemplate(request Request) template {
	authorization := ""
	if request.Authorization != "" {
		authorization = "authorization: " + request.Authorization + "\r\n"
	}
	whole := fmt.Sprintf(
		"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n%s",
		request.Path, authorization, len(request.Body), request.Body,
	)
	mark := bytes.LastIndex([]byte(whole), []byte(Mark))
	if mark >= 0 {
		mark += len(Mark)
	}
	return template{[]byte(whole), mark}
}

func (t template) numbered(number int) []byte {
	if t.mark < 0 {
		return t.whole
	}
	whole := bytes.Clone(t.whole)
	copy(whole[t.mark:], fmt.Sprintf("%0*d", digits, number))
	return whole
}

// The number behind Mark, where a message has one.
func numberIn(message []byte) (int, bool) {
	at := bytes.Index(message, []byte(Mark)) + len(Mark)
	if at < len(Mark) || at+digits > len(message) {
		return 0, false
	}
	number, err := strconv.Atoi(string(message[at : at+digits]))
	return number, err == nil
}

// connection is kept alive, and has one request at a time.
type connection struct {
	address string
	open    net.Conn
	reader  *bufio.Reader
	used    time.Time
}

func (c *connection) post(whole []byte) ([]byte, error) {
	if c.open != nil && time.Since(c.used) > idle {
		c.close()
	}
	if c.open == nil {
		open, err := net.DialTimeout("tcp", c.address, answerSeconds)
		if err != nil {
			return nil, err
		}
		c.open, c.reader = open, bufio.NewReaderSize(open, 1<<15)
	}
	answer, err := c.ask(whole)
	if err != nil {
		c.close()
		return nil, err
	}
	c.used = time.Now()
	return answer, nil
}

func (c *connection) ask(whole []byte) ([]byte, error) {
	if err := c.open.SetDeadline(time.Now().Add(answerSeconds)); err != nil {
		return nil, err
	}
	if _, err := c.open.Write(whole); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("answered %d: %.300q", response.StatusCode, answer)
	}
	return answer, err
}

func (c *connection) close() {
	if c.open != nil {
		_ = c.open.Close()
		c.open = nil
	}
}
