package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/valyala/fasthttp"
)

// waitLimit bounds every wait for a server: a connection, an answer, the last delivery.
const waitLimit = 20 * time.Second

// change is one createTask as the server tells of it: in its answer, in the log, or to a socket.
type change struct {
	number int64
	task   string
	cursor string
}

// server is what can be put under load.
type server interface {
	// position is where the user's log ends now.
	position(user User) (string, error)
	// path is where sockets connect; first is what a socket says, one message after the other, each after an answer to
	// the one before. The last one has no answer.
	path(user User) string
	first(user User, after string) []string
	create(user User, number int64, title string) (change, error)
	// log is everything after that position, in order; nil from a server that keeps none.
	log(user User, after string) ([]change, error)
}

func newServer(spec Spec) (server, error) {
	// One attempt: a repeated create would be two. Connections are let go before the server does so (after 5 s).
	http := &fasthttp.HostClient{
		Addr: spec.Address, MaxConns: 512, MaxConnWaitTimeout: waitLimit, MaxIdemponentCallAttempts: 1,
		ReadTimeout: waitLimit, WriteTimeout: waitLimit, MaxIdleConnDuration: 3 * time.Second,
	}
	switch spec.Server {
	case "taskflow":
		return &taskflow{http: http, address: spec.Address}, nil
	case "floor":
		return &floor{http: http, address: spec.Address}, nil
	}
	return nil, fmt.Errorf("no server %q", spec.Server)
}

func post(http *fasthttp.HostClient, url, token string, body []byte) ([]byte, error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI(url)
	request.Header.SetMethod("POST")
	request.Header.SetContentType("application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	request.SetBodyRaw(body)
	if err := http.Do(request, response); err != nil {
		return nil, err
	}
	if response.StatusCode() != 200 {
		return nil, fmt.Errorf("answered %d: %.300s", response.StatusCode(), response.Body())
	}
	return bytes.Clone(response.Body()), nil
}
