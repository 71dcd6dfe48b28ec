//go:build !linux

package sdk

import "os"

// setAside leaves the descriptor where it is: only what Go code prints is kept
// from it.
func setAside(f *os.File) (*os.File, error) { return f, nil }
