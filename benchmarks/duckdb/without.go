//go:build !duckdb

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "build with -tags duckdb to link the database")
	os.Exit(1)
}
