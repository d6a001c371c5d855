package main

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const connectingAtOnce = 32

// Requests that one load may have.
const most = 1 << 17

type Load struct {
	plan     Plan
	requests []template
	pool     chan *connection
	devices  []*listener
	next     atomic.Int64
	// By number less plan.First: when it was due, in nanoseconds; and whether it was answered as done.
	due      [most]atomic.Int64
	done     [most]atomic.Bool
	measured atomic.Pointer[measured]
	// Of what was answered as done: how often it is to arrive; and how often anything arrived.
	expected, heard atomic.Int64
	// By user.
	listening map[int]int64
}

func newLoad(plan Plan) *Load {
	load := &Load{plan: plan, pool: make(chan *connection, plan.Connections), listening: map[int]int64{}}
	for _, request := range plan.Requests {
		load.requests = append(load.requests, newTemplate(request))
	}
	for range plan.Connections {
		load.pool <- &connection{address: plan.Address}
	}
	for _, device := range plan.Devices {
		load.listening[device.User]++
	}
	load.measured.Store(&measured{cpu: cpu()})
	return load
}

func (l *Load) connect() error {
	turns := make(chan struct{}, connectingAtOnce)
	failures := make(chan error, len(l.plan.Devices))
	l.devices = make([]*listener, len(l.plan.Devices))
	for i, device := range l.plan.Devices {
		turns <- struct{}{}
		go func() {
			defer func() { <-turns }()
			listener, err := listen(l.plan.Address, device, l)
			l.devices[i] = listener
			failures <- err
		}()
	}
	var all []error
	for range l.plan.Devices {
		all = append(all, <-failures)
	}
	return errors.Join(all...)
}

// Until the last request that was due in these seconds is answered.
func (l *Load) run(seconds float64) {
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	if len(l.plan.Requests) == 0 || l.plan.Connections == 0 {
		time.Sleep(time.Until(until))
		return
	}
	var under sync.WaitGroup
	if l.plan.Rate == 0 {
		for range l.plan.Connections {
			under.Go(func() {
				for due := time.Now(); due.Before(until); due = time.Now() {
					l.send(due)
				}
			})
		}
	} else {
		begin := time.Now()
		for i := range int(l.plan.Rate * seconds) {
			due := begin.Add(time.Duration(float64(i) / l.plan.Rate * float64(time.Second)))
			time.Sleep(time.Until(due))
			under.Go(func() { l.send(due) })
		}
	}
	under.Wait()
}

func (l *Load) send(due time.Time) {
	at := int(l.next.Add(1) - 1)
	measured := l.measured.Load()
	if at >= most {
		measured.failed("more requests than this client can know apart")
		time.Sleep(time.Millisecond)
		return
	}
	l.due[at].Store(due.UnixNano())
	user := at % len(l.requests)
	connection := <-l.pool
	late := time.Since(due)
	answer, err := connection.post(l.requests[user].numbered(l.plan.First + at))
	l.pool <- connection
	switch {
	case err != nil:
		measured.failed(err.Error())
	case !bytes.Contains(answer, []byte(l.plan.Accepted)):
		measured.failed(fmt.Sprintf("answered %.300q", answer))
	default:
		measured.answered(time.Since(due), late)
		l.done[at].Store(true)
		if l.requests[user].mark >= 0 {
			l.expected.Add(l.listening[user])
		}
	}
}

// Called by a device for each message with a number in it.
func (l *Load) hear(number int, at time.Time) {
	if nth := number - l.plan.First; nth >= 0 && nth < most && l.due[nth].Load() != 0 {
		l.measured.Load().delivered(time.Duration(at.UnixNano() - l.due[nth].Load()))
	}
	l.heard.Add(1)
}

// What comes from here on is measured; what was on its way has arrived.
func (l *Load) reset() *measured {
	l.arrived(10 * time.Second)
	fresh := &measured{cpu: cpu()}
	l.measured.Store(fresh)
	return fresh
}

// Whether all that was done has arrived at all devices within that time.
func (l *Load) arrived(patience time.Duration) bool {
	for until := time.Now().Add(patience); l.heard.Load() < l.expected.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

// Every device was told of every change of its user that was done, once.
func (l *Load) check(arrived bool) (missing, repeated int) {
	if arrived && l.expected.Load() > 0 {
		time.Sleep(50 * time.Millisecond) // what comes twice comes now
	}
	for i, device := range l.plan.Devices {
		told := l.devices[i].told()
		for at := device.User; at < int(l.next.Load()); at += len(l.requests) {
			switch count := told[l.plan.First+at]; {
			case count == 0 && l.done[at].Load() && l.requests[device.User].mark >= 0:
				missing++
			case count > 1:
				repeated += count - 1
			}
		}
	}
	return missing, repeated
}
