package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

func Example_position() {
	if err := position(context.Background(), os.Stdout, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// autodesk/autocad: short, owned 2, required 3, short 1, at risk 2100.00 EUR
	//   ws-101: own-version
	//   ws-102: own-version
	//   ws-103: exhausted
}
