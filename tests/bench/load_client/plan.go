package main

// Mark stands before the number of a request, which has eight digits, wherever that number is to be.
const Mark = "bench-"

const digits = 8

type Plan struct {
	// host:port
	Address string
	// By user. The body may hold Mark and eight digits, which become the number of the request.
	Requests []Request
	// What every answer that says that it was done has in it.
	Accepted string
	Devices  []Device
	// Requests a second; where it is 0, each connection sends its next when the last is answered.
	Rate        float64
	Connections int
	// So long is a load kept up before it is measured, and while it is.
	WarmSeconds, Seconds float64
	// After the last request, so long is waited for what has not arrived.
	PatienceSeconds float64
	// The number of the first request, less than 10^8.
	First int
}

type Request struct {
	Path, Authorization, Body string
}

// Device listens to what one user does.
type Device struct {
	User int
	// "graphql": a WebSocket that speaks graphql-transport-ws. "events": PocketBase's server-sent events.
	Kind, Path string
	// What a WebSocket says, one after the other, each once the one before was answered; the last has no answer.
	// What is posted to the path of server-sent events once they have said which client they are: its body has
	// CLIENT where that name is to be.
	Greeting []string
	// Of what is posted so.
	Authorization string
}
