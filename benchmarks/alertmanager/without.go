//go:build !alertmanager

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "build with -tags alertmanager to link the peer")
	os.Exit(1)
}
