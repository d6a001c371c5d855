package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// idle: what a socket costs that is signed in, subscribed and silent. The sockets are then proved to be alive.
func idle(l *load) error {
	perUser := l.spec.SocketsPerUser
	// Once first, so that what a first socket sets up is not counted.
	if err := l.connect(1); err != nil {
		return err
	}
	l.createForEach()
	if err := l.await(int64(len(l.spec.Users))); err != nil {
		return err
	}
	if err := l.finish(); err != nil {
		return err
	}
	for i, user := range l.spec.Users {
		after, err := l.target.position(user)
		if err != nil {
			return err
		}
		l.after[i] = after
	}
	l.sockets, l.answered = nil, make([][]change, len(l.spec.Users))

	before := residentKiB(l.spec.PID)
	if err := l.connect(perUser); err != nil {
		return err
	}
	time.Sleep(seconds(l.spec.Seconds))
	l.result.KiBPerSocket = (residentKiB(l.spec.PID) - before) / float64(len(l.sockets))

	already := l.delivered.Load()
	l.createForEach()
	if err := l.await(already + int64(len(l.sockets))); err != nil {
		return err
	}
	return l.finish()
}

func (l *load) createForEach() {
	for user := range l.spec.Users {
		l.create(user, sinceStart())
	}
}

// create: so many connections, each with its own user, each sending its next change when the last one is answered.
func create(l *load) error {
	var all sync.WaitGroup
	var answered atomic.Int64
	var stop atomic.Bool
	for i := range l.spec.Concurrency {
		all.Go(func() {
			for !stop.Load() && l.healthy() {
				l.create(i%len(l.spec.Users), sinceStart())
				answered.Add(1)
			}
		})
	}
	time.Sleep(seconds(l.spec.WarmSeconds))
	from, count := l.usage(), -answered.Load()
	l.sleep(seconds(l.spec.Seconds))
	used := from.until(l.usage())
	count += answered.Load()
	stop.Store(true)
	all.Wait()
	l.reportOperations(used, float64(count))
	return l.finish()
}

// spread: changes at a fixed rate whatever the answers do, the users in turn; each change goes to its user's devices.
// A delivery's delay counts from the moment its change was due to be sent, so that a stall shows in all that it held up.
func spread(l *load) error {
	if err := l.connect(l.spec.SocketsPerUser); err != nil {
		return err
	}
	warm := int(l.spec.WarmSeconds * l.spec.Rate)
	count := warm + int(l.spec.Seconds*l.spec.Rate)
	begin := sinceStart() + int64(50*time.Millisecond)
	windowFrom := begin + int64(float64(warm)/l.spec.Rate*1e9)
	var from usage
	measured := make(chan struct{})
	time.AfterFunc(time.Duration(windowFrom-sinceStart()), func() {
		from = l.usage()
		close(measured)
	})
	var all sync.WaitGroup
	all.Add(count)
	late := onSchedule(begin, l.spec.Rate, count, func(i int, due int64) {
		defer all.Done()
		if l.healthy() {
			l.create(i%len(l.spec.Users), due)
		}
	})
	all.Wait()
	if err := l.await(int64(count) * int64(l.spec.SocketsPerUser)); err != nil {
		return err
	}
	<-measured
	used := from.until(l.usage())
	if err := l.finish(); err != nil {
		return err
	}
	delays := []int64{}
	for _, s := range l.sockets {
		for _, d := range s.received {
			if d.dueNanos >= windowFrom {
				delays = append(delays, d.delayNanos)
			}
		}
	}
	l.result.LatencyMillis = quantiles(delays)
	l.result.SenderLateMillis = quantiles(late[warm:])
	l.reportOperations(used, float64(count-warm))
	return nil
}

// fanout: all sockets of one user. So many changes are on their way at once: one more is sent when one has reached
// every socket. The server's CPU includes making the changes, one for all those deliveries.
func fanout(l *load) error {
	sockets := l.spec.SocketsPerUser
	var left sync.Map // number → *atomic.Int64: sockets that have not heard of it
	arrived := make(chan struct{}, l.spec.Concurrency)
	l.heard = func(number int64) {
		if waiting, known := left.Load(number); known && waiting.(*atomic.Int64).Add(-1) == 0 {
			arrived <- struct{}{}
		}
	}
	if err := l.connect(sockets); err != nil {
		return err
	}
	var all sync.WaitGroup
	made := int64(0)
	send := func() {
		number := l.numbers.Add(1) - 1
		waiting := &atomic.Int64{}
		waiting.Store(int64(sockets))
		left.Store(number, waiting)
		made++
		all.Go(func() { l.createNumbered(number, 0, sinceStart()) })
	}
	for range l.spec.Concurrency {
		send()
	}
	var from usage
	var count int64
	warm := time.After(seconds(l.spec.WarmSeconds))
	var end <-chan time.Time
	quiet := time.NewTimer(waitLimit)
	for running := true; running; {
		select {
		case <-arrived:
			quiet.Reset(waitLimit)
			send()
		case <-warm:
			from, count = l.usage(), -l.delivered.Load()
			end = time.After(seconds(l.spec.Seconds))
		case <-end:
			running = false
		case <-quiet.C:
			running = false // the check says what is missing
		case <-l.failed:
			return l.err()
		}
	}
	used := from.until(l.usage())
	count += l.delivered.Load()
	all.Wait()
	if err := l.await(made * int64(sockets)); err != nil {
		return err
	}
	l.result.DeliveriesPerSecond = float64(count) / used.seconds()
	l.result.CPUMicrosPerDelivery = used.server / float64(count) * 1e6
	l.result.ServerCores = used.server / used.seconds()
	l.result.ClientCores = used.client / used.seconds()
	return l.finish()
}

func (l *load) reportOperations(used usage, count float64) {
	l.result.OperationsPerSecond = count / used.seconds()
	l.result.CPUMicrosPerOperation = used.server / count * 1e6
	l.result.DatabaseMicrosPerOperation = used.database / count * 1e6
	l.result.ServerCores = used.server / used.seconds()
	l.result.ClientCores = used.client / used.seconds()
}

func (l *load) healthy() bool {
	select {
	case <-l.failed:
		return false
	default:
		return true
	}
}

// sleep ends early where something failed.
func (l *load) sleep(duration time.Duration) {
	select {
	case <-l.failed:
	case <-time.After(duration):
	}
}
