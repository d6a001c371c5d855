package main

import (
	"math"
	"runtime"
	"slices"
	"syscall"
	"time"
)

var start = time.Now()

// sinceStart is monotonic: a step of the system's clock can't make a delivery early.
func sinceStart() int64 { return int64(time.Since(start)) }

// onSchedule calls send(i, due) at begin + i/rate for i < count, and never waits for it to be done. It answers how
// late each call was. A thread of its own sleeps in the kernel: the runtime's timers are a millisecond coarse.
func onSchedule(begin int64, rate float64, count int, send func(i int, dueNanos int64)) []int64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	late := make([]int64, 0, count)
	for i := range count {
		due := begin + int64(float64(i)/rate*1e9)
		for left := due - sinceStart(); left > 0; left = due - sinceStart() {
			pause := syscall.NsecToTimespec(left)
			// Interrupted, it is called again with what is left.
			_ = syscall.Nanosleep(&pause, nil)
		}
		late = append(late, sinceStart()-due)
		go send(i, due)
	}
	return late
}

// Quantiles are in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// quantiles of durations in nanoseconds, by nearest rank; nil of none.
func quantiles(nanos []int64) *Quantiles {
	if len(nanos) == 0 {
		return nil
	}
	sorted := slices.Clone(nanos)
	slices.Sort(sorted)
	at := func(share float64) float64 {
		rank := int(math.Ceil(share*float64(len(sorted)))) - 1
		return float64(sorted[max(rank, 0)]) / 1e6
	}
	return &Quantiles{at(0.5), at(0.95), at(0.99), at(1)}
}
