package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

func Example_escalate() {
	if err := escalate(context.Background(), os.Stdout, time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Mon 09:00 to lm@example.org: stage
	// Mon 13:00 to it@example.org: stage
	// Tue 08:00 to cfo@example.org: exhausted
}
