package main

import (
	"strings"
	"testing"
)

func changes(numbers ...int64) []change {
	made := []change{}
	for _, number := range numbers {
		made = append(made, change{number, "task", string(rune('a' + number))})
	}
	return made
}

func device(numbers ...int64) *socket {
	s := &socket{}
	for _, c := range changes(numbers...) {
		s.received = append(s.received, delivery{number: c.number, cursorHash: hashOf(c.cursor)})
	}
	return s
}

func TestTheCheckPassesWhatIsCompleteOnceAndInTheLogsOrder(t *testing.T) {
	compared, err := checkUser(changes(2, 1, 3), changes(1, 2, 3), true, []*socket{device(1, 2, 3), device(1, 2, 3)})
	if err != nil || compared != 6 {
		t.Fatal(compared, err)
	}
}

func TestTheCheckFindsEveryKindOfBrokenDelivery(t *testing.T) {
	otherCursor := device(1, 2)
	otherCursor.received[1].cursorHash++
	cases := map[string]struct {
		answered, log []change
		keepsLog      bool
		sockets       []*socket
		says          string
	}{
		"missing":                {changes(1, 2), changes(1, 2), true, []*socket{device(1, 2), device(1)}, "socket 1: of 2 changes 1 missing [2]"},
		"the last one missing":   {changes(1, 2), nil, false, []*socket{device(1), device(1)}, "1 missing [2]"},
		"doubled":                {changes(1, 2), changes(1, 2), true, []*socket{device(1, 2, 2)}, "1 doubled [2]"},
		"out of order":           {changes(1, 2), changes(1, 2), true, []*socket{device(2, 1)}, "out of order"},
		"another order by floor": {changes(1, 2), nil, false, []*socket{device(1, 2), device(2, 1)}, "out of order"},
		"nobody made it":         {changes(1), nil, false, []*socket{device(1, 7)}, "1 nobody made [7]"},
		"another cursor":         {changes(1, 2), changes(1, 2), true, []*socket{otherCursor}, "another cursor"},
		"answered, not logged":   {changes(1, 2), changes(1), true, []*socket{device(1)}, "1 missing [2]"},
		"logged, not answered":   {changes(1), changes(1, 2), true, []*socket{device(1, 2)}, "the log has"},
		"logged twice":           {changes(1), changes(1, 1), true, nil, "1 doubled [1]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := checkUser(c.answered, c.log, c.keepsLog, c.sockets)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatal(err)
			}
		})
	}
}

func TestASocketReadsNumberScheduleAndCursorFromAnEvent(t *testing.T) {
	event := `{"id":"1","type":"next","payload":{"data":{"events":{"cursor":"tf1_x","task":{"title":"` + title(17, 123456) + `"}}}}}`
	s := &socket{}
	heard := int64(-1)
	if err := s.take([]byte(event), func(number int64) { heard = number }); err != nil {
		t.Fatal(err)
	}
	got := s.received[0]
	if heard != 17 || got.number != 17 || got.dueNanos != 123456 || got.cursorHash != hashOf("tf1_x") {
		t.Fatal(heard, got)
	}
}

func TestQuantilesAreOfTheNearestRank(t *testing.T) {
	nanos := []int64{}
	for i := int64(100); i > 0; i-- {
		nanos = append(nanos, i*1e6)
	}
	if got := *quantiles(nanos); got != (Quantiles{50, 95, 99, 100}) {
		t.Fatal(got)
	}
}
