package main

import (
	"math"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Result has times in milliseconds, from the moment that a request was due.
type Result struct {
	// How long the requests were sent, and until all had arrived.
	Seconds, Lasted float64
	Count, Errors   int
	FirstError      string
	Answers         Quantiles
	Delivered       int
	Deliveries      Quantiles
	// What did not arrive at a device, and what came twice.
	Missing, Repeated int
	// How much later than due requests were sent.
	LateP99 float64
	// Of this client.
	CPUSeconds float64
}

type Quantiles struct{ P50, P95, P99 float64 }

// measured is written by many.
type measured struct {
	lock                      sync.Mutex
	answers, deliveries, late []time.Duration
	errors                    int
	firstError                string
	cpu                       time.Duration
}

func (m *measured) answered(took, late time.Duration) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.answers, m.late = append(m.answers, took), append(m.late, late)
}

func (m *measured) delivered(took time.Duration) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.deliveries = append(m.deliveries, took)
}

func (m *measured) failed(why string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.errors++; m.errors == 1 {
		m.firstError = why
	}
}

func (m *measured) result(sending, lasted time.Duration) Result {
	m.lock.Lock()
	defer m.lock.Unlock()
	return Result{
		Seconds: sending.Seconds(), Lasted: lasted.Seconds(),
		Count: len(m.answers), Errors: m.errors, FirstError: m.firstError,
		Answers:   quantiles(m.answers),
		Delivered: len(m.deliveries), Deliveries: quantiles(m.deliveries),
		LateP99:    quantiles(m.late).P99,
		CPUSeconds: (cpu() - m.cpu).Seconds(),
	}
}

// By nearest rank.
func quantiles(times []time.Duration) Quantiles {
	if len(times) == 0 {
		return Quantiles{}
	}
	sorted := slices.Clone(times)
	slices.Sort(sorted)
	at := func(share float64) float64 {
		return float64(sorted[int(math.Ceil(share*float64(len(sorted))))-1]) / float64(time.Millisecond)
	}
	return Quantiles{at(0.50), at(0.95), at(0.99)}
}

func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
