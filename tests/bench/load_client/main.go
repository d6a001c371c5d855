// A load on one server: requests on keep-alive connections, and devices that hear of what they do.
//
// The plan is JSON on stdin (plan.go). On stdout: a line `ready` when all devices listen, `begin` and `end` around what
// is measured, so that whoever started this can read the server's CPU time and memory at those moments, and the result
// as JSON (result.go). It waits for a line on stdin after `ready`.
//
// Requests are due at moments of their own, whatever the answers do, and every time is counted from the moment that a
// request was due: what waits behind a slow answer counts as slow, too.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

func main() {
	// A pause of the client's would count as the server's, and what it leaves uncollected is bounded.
	debug.SetGCPercent(400)
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		fail(err)
	}
	var plan Plan
	if err := json.Unmarshal(line, &plan); err != nil {
		fail(err)
	}
	load := newLoad(plan)
	if err := load.connect(); err != nil {
		fail(err)
	}
	fmt.Println("ready")
	if _, err := in.ReadString('\n'); err != nil {
		fail(err)
	}
	load.run(plan.WarmSeconds)
	measured := load.reset()
	fmt.Println("begin")
	began := time.Now()
	load.run(plan.Seconds)
	lasted := time.Since(began)
	arrived := load.arrived(time.Duration(plan.PatienceSeconds * float64(time.Second)))
	fmt.Println("end")
	result := measured.result(lasted, time.Since(began))
	result.Missing, result.Repeated = load.check(arrived)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
