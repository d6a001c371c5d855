// Load client of the benchmark. It reads one specification (JSON) from standard input, puts one server under that
// load, checks every delivery, and writes one result (JSON) to standard output. It stops by itself: loads are bounded
// in time, and no answer is waited for longer than waitLimit. A delivery missing, doubled or out of order is exit code 1.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// Spec says what to do to which server.
type Spec struct {
	Scenario       string  `json:"scenario"` // idle | create | spread | fanout
	Server         string  `json:"server"`   // taskflow | floor
	Address        string  `json:"address"`
	PID            int     `json:"pid"`
	DatabasePID    int     `json:"database_pid"` // 0: none of its own
	Users          []User  `json:"users"`
	SocketsPerUser int     `json:"sockets_per_user"`
	Concurrency    int     `json:"concurrency"` // create: connections; fanout: changes on their way at once
	Rate           float64 `json:"rate"`        // spread: mutations a second, all users together
	WarmSeconds    float64 `json:"warm_seconds"`
	Seconds        float64 `json:"seconds"`
}

// User is an account of the server, signed in.
type User struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// Result holds what the scenario measures; the rest is left out.
type Result struct {
	OperationsPerSecond        float64    `json:"operations_per_second,omitempty"`
	CPUMicrosPerOperation      float64    `json:"cpu_us_per_operation,omitempty"`
	DatabaseMicrosPerOperation float64    `json:"database_cpu_us_per_operation,omitempty"`
	DeliveriesPerSecond        float64    `json:"deliveries_per_second,omitempty"`
	CPUMicrosPerDelivery       float64    `json:"cpu_us_per_delivery,omitempty"`
	LatencyMillis              *Quantiles `json:"latency_ms,omitempty"`
	SenderLateMillis           *Quantiles `json:"sender_late_ms,omitempty"`
	KiBPerSocket               float64    `json:"kib_per_socket,omitempty"`
	BytesPerDelivery           float64    `json:"bytes_per_delivery,omitempty"`
	ServerCores                float64    `json:"server_cores,omitempty"`
	ClientCores                float64    `json:"client_cores,omitempty"`
	CheckedChanges             int        `json:"checked_changes"`
	CheckedDeliveries          int        `json:"checked_deliveries"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var spec Spec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		return fmt.Errorf("the specification: %w", err)
	}
	scenarios := map[string]func(*load) error{"idle": idle, "create": create, "sync": spread, "fanout": fanout}
	scenario, known := scenarios[spec.Scenario]
	if !known || len(spec.Users) == 0 {
		return errors.New("the specification names no known scenario, or no users")
	}
	l, err := newLoad(spec)
	if err != nil {
		return err
	}
	if err := scenario(l); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(l.result)
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }
