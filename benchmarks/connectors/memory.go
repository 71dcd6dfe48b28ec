package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// memory prints the resident memory of both processes while the rows pass.
func (b *bench) memory() error {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for second := 1; ; second++ {
			select {
			case <-tick.C:
				fmt.Printf("%3d s: host %3d MB, connector %3d MB\n", second, resident("self")>>20, resident(child())>>20)
			case <-stop:
				return
			}
		}
	}()
	r, err := b.collect(0, &counting{}, nil)
	close(stop)
	<-ended
	if err == nil {
		fmt.Printf("%d rows, %.1f bytes each in messages\n", r.Put[connectors.Install], float64(r.Bytes)/float64(b.rows))
	}
	return err
}

// resident is how many bytes of memory a process holds, 0 when it is gone.
func resident(pid string) int64 {
	raw, err := os.ReadFile(filepath.Join("/proc", pid, "statm"))
	fields := strings.Fields(string(raw))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// child is the process that this one has started, "0" when there is none.
func child() string {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// The name in parentheses may hold anything; the parent is the second field after it.
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			return filepath.Base(filepath.Dir(path))
		}
	}
	return "0"
}
