package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// settle is waited after the last delivery that was due, for one that is not.
const settle = 300 * time.Millisecond

// load is one scenario under way. A change's number is told once only; what came back for it is kept per user.
type load struct {
	spec    Spec
	target  server
	result  Result
	after   []string // per user: where its log ended before
	sockets []*socket

	numbers   atomic.Int64
	delivered atomic.Int64
	heard     func(number int64) // told of every delivery, by many goroutines at once

	lock     sync.Mutex
	answered [][]change // per user
	failure  error
	failed   chan struct{}
}

func newLoad(spec Spec) (*load, error) {
	target, err := newServer(spec)
	if err != nil {
		return nil, err
	}
	l := &load{spec: spec, target: target, failed: make(chan struct{}), heard: func(int64) {}}
	l.answered = make([][]change, len(spec.Users))
	for _, user := range spec.Users {
		after, err := target.position(user)
		if err != nil {
			return nil, err
		}
		l.after = append(l.after, after)
	}
	return l, nil
}

func (l *load) fail(err error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.failure == nil {
		l.failure = err
		close(l.failed)
	}
}

func (l *load) err() error {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.failure
}

// create makes one change of the user and keeps the answer.
func (l *load) create(user int, dueNanos int64) {
	l.createNumbered(l.numbers.Add(1)-1, user, dueNanos)
}

func (l *load) createNumbered(number int64, user int, dueNanos int64) {
	made, err := l.target.create(l.spec.Users[user], number, title(number, dueNanos))
	if err != nil {
		l.fail(err)
		return
	}
	l.lock.Lock()
	l.answered[user] = append(l.answered[user], made)
	l.lock.Unlock()
}

// connect opens so many sockets for each user, 32 at a time, all subscribed from where the log ended before.
func (l *load) connect(perUser int) error {
	var all sync.WaitGroup
	turns := make(chan struct{}, 32)
	for i := range perUser * len(l.spec.Users) {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			user := i % len(l.spec.Users)
			s, err := dial(l.target, user, l.spec.Users[user], l.after[user])
			if err != nil {
				l.fail(err)
				return
			}
			l.lock.Lock()
			l.sockets = append(l.sockets, s)
			l.lock.Unlock()
			go s.listen(func(number int64) {
				l.delivered.Add(1)
				l.heard(number)
			}, l.fail)
		})
	}
	all.Wait()
	return l.err()
}

// await waits until so many deliveries have come in all.
func (l *load) await(deliveries int64) error {
	deadline := time.After(waitLimit)
	for l.delivered.Load() < deliveries {
		select {
		case <-l.failed:
			return l.err()
		case <-deadline:
			// The check that follows says which ones.
			return nil
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

// finish closes the sockets and checks everything that came.
func (l *load) finish() error {
	time.Sleep(settle)
	l.closeSockets()
	if err := l.err(); err != nil {
		return err
	}
	byUser := make([][]*socket, len(l.spec.Users))
	for _, s := range l.sockets {
		byUser[s.user] = append(byUser[s.user], s)
	}
	for i, user := range l.spec.Users {
		log, err := l.target.log(user, l.after[i])
		if err != nil {
			return err
		}
		compared, err := checkUser(l.answered[i], log, log != nil, byUser[i])
		if err != nil {
			return fmt.Errorf("user %d: %w", i, err)
		}
		l.result.CheckedChanges += len(l.answered[i])
		l.result.CheckedDeliveries += compared
	}
	if l.result.CheckedChanges == 0 {
		return errors.New("not one change was made")
	}
	if l.result.CheckedDeliveries > 0 {
		total := int64(0)
		for _, s := range l.sockets {
			total += s.bytes
		}
		l.result.BytesPerDelivery = float64(total) / float64(l.result.CheckedDeliveries)
	}
	return nil
}

func (l *load) closeSockets() {
	var all sync.WaitGroup
	for _, s := range l.sockets {
		all.Go(s.close)
	}
	all.Wait()
}
