package main

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"

	"github.com/valyala/fasthttp"
)

// floor is the raw ASGI application: what is posted for a user goes to that user's sockets as it is.
type floor struct {
	http    *fasthttp.HostClient
	address string
}

func (f *floor) path(user User) string              { return "ws://" + f.address + "/" + user.ID }
func (f *floor) first(User, string) []string        { return nil }
func (f *floor) position(User) (string, error)      { return "", nil }
func (f *floor) log(User, string) ([]change, error) { return nil, nil }

// create posts the very bytes that TaskFlow would send to a socket.
func (f *floor) create(user User, number int64, title string) (change, error) {
	made := change{number, randomID(), randomID()}
	body := `{"id":"1","type":"next","payload":{"data":{"events":{"cursor":"` + made.cursor +
		`","type":"TASK_CREATED","aggregateId":"` + made.task + `","task":{"id":"` + made.task +
		`","title":` + strconv.Quote(title) + `,"version":1}}}}}`
	_, err := post(f.http, "http://"+f.address+"/"+user.ID, "", []byte(body))
	return made, err
}

func randomID() string {
	var raw [16]byte
	rand.Read(raw[:])
	text := hex.EncodeToString(raw[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
