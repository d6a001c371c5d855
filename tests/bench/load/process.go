package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The unit of CPU times in /proc on every Linux that Go runs on.
const ticksPerSecond = 100

type process struct {
	parent  int
	seconds float64 // user and system, its ended children included
}

func readProcess(pid int) (process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	// The name stands in parentheses and may hold anything; fields count from behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	parent, _ := strconv.Atoi(fields[1])
	ticks := 0
	for _, text := range fields[11:15] {
		value, _ := strconv.Atoi(text)
		ticks += value
	}
	return process{parent, float64(ticks) / ticksPerSecond}, nil
}

// family is the process and all that descend from it.
func family(pid int) map[int]process {
	all := map[int]process{}
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, entry := range entries {
		id, _ := strconv.Atoi(filepath.Base(entry))
		if p, err := readProcess(id); err == nil {
			all[id] = p
		}
	}
	members := map[int]process{}
	for id, p := range all {
		for up := id; up > 1; up = all[up].parent {
			if up == pid {
				members[id] = p
				break
			}
		}
	}
	return members
}

// cpuSeconds is what the process and its children have used up to now; 0 for pid 0.
func cpuSeconds(pid int) float64 {
	if pid == 0 {
		return 0
	}
	total := 0.0
	for _, p := range family(pid) {
		total += p.seconds
	}
	return total
}

// residentKiB is the resident memory of the process and its children.
func residentKiB(pid int) float64 {
	total := 0.0
	for id := range family(pid) {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", id))
		for line := range strings.Lines(string(status)) {
			if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
				kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				total += kib
			}
		}
	}
	return total
}

// usage is a moment's reading of the clocks of a run.
type usage struct {
	nanos                    int64
	server, database, client float64
}

func (l *load) usage() usage {
	return usage{sinceStart(), cpuSeconds(l.spec.PID), cpuSeconds(l.spec.DatabasePID), cpuSeconds(os.Getpid())}
}

func (from usage) until(to usage) usage {
	return usage{to.nanos - from.nanos, to.server - from.server, to.database - from.database, to.client - from.client}
}

func (u usage) seconds() float64 { return float64(u.nanos) / 1e9 }
