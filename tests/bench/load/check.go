package main

import (
	"fmt"
	"hash/maphash"
	"slices"
)

// checkUser compares all that was told of one user's changes: the answers, the log, and what each socket was sent.
// The log's order is the order; where the server keeps none, the first socket's is. It answers how many deliveries
// it compared.
func checkUser(answered, log []change, keepsLog bool, sockets []*socket) (int, error) {
	sent := map[int64]change{}
	for _, made := range answered {
		sent[made.number] = made
	}
	order := make([]delivery, 0, len(answered))
	if keepsLog {
		for _, entry := range log {
			if sent[entry.number] != entry {
				return 0, fmt.Errorf("the log has %+v, the answer was %+v", entry, sent[entry.number])
			}
			order = append(order, delivery{number: entry.number, cursorHash: hashOf(entry.cursor)})
		}
	} else if len(sockets) > 0 {
		order = sockets[0].received
	} else {
		return 0, nil
	}
	if err := compare(numbersOf(order), numbersAnswered(answered), false); err != nil {
		return 0, fmt.Errorf("of what was answered: %w", err)
	}
	compared := 0
	for i, s := range sockets {
		if err := compare(numbersOf(s.received), numbersOf(order), true); err != nil {
			return 0, fmt.Errorf("socket %d: %w", i, err)
		}
		for j, got := range s.received {
			if got.cursorHash != order[j].cursorHash {
				return 0, fmt.Errorf("socket %d: change %d came with another cursor", i, got.number)
			}
		}
		compared += len(s.received)
	}
	return compared, nil
}

// compare says what is missing, doubled, made up or, where it matters, out of order.
func compare(got, want []int64, ordered bool) error {
	times := map[int64]int{}
	for _, number := range got {
		times[number]++
	}
	var missing, doubled, foreign []int64
	for _, number := range want {
		switch {
		case times[number] == 0:
			missing = append(missing, number)
		case times[number] > 1:
			doubled = append(doubled, number)
		}
		delete(times, number)
	}
	for number := range times {
		foreign = append(foreign, number)
	}
	if len(missing)+len(doubled)+len(foreign) > 0 {
		return fmt.Errorf("of %d changes %d missing %v, %d doubled %v, %d nobody made %v", len(want),
			len(missing), some(missing), len(doubled), some(doubled), len(foreign), some(foreign))
	}
	if ordered && !slices.Equal(got, want) {
		return fmt.Errorf("out of order: %v instead of %v", some(got), some(want))
	}
	return nil
}

func some(numbers []int64) []int64 { return numbers[:min(len(numbers), 8)] }

func numbersOf(deliveries []delivery) []int64 {
	numbers := make([]int64, len(deliveries))
	for i, d := range deliveries {
		numbers[i] = d.number
	}
	return numbers
}

func numbersAnswered(changes []change) []int64 {
	numbers := make([]int64, len(changes))
	for i, c := range changes {
		numbers[i] = c.number
	}
	return numbers
}

func hashOf(cursor string) uint64 { return maphash.String(cursorSeed, cursor) }
