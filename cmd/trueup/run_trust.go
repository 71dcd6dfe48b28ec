package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/playbook/collect"
)

// trustFlags are the flags that say which connectors may run, to be read once
// they are parsed.
func trustFlags(f *flag.FlagSet) func() (collect.Trust, error) {
	var t collect.Trust
	f.StringVar(&t.Key, "trust", "", "")
	f.StringVar(&t.Lock, "lock", "", "")
	f.StringVar(&t.Certificates, "certificates", "", "")
	level := f.String("demand", trust.None.String(), "")
	return func() (collect.Trust, error) {
		var ok bool
		if t.Demand, ok = trust.ParseLevel(*level); !ok {
			return t, fmt.Errorf("%w: -demand %q is none of process, reading, resuming", errUsage, *level)
		}
		var err error
		t.Key, err = publicKey(t.Key)
		return t, err
	}
}

// publicKey is a key as it is given, or what the file of that name holds.
func publicKey(given string) (string, error) {
	raw, err := os.ReadFile(given)
	switch {
	case err == nil:
		return strings.TrimSpace(string(raw)), nil
	case given == "" || strings.Count(given, "+") >= 2 && errors.Is(err, fs.ErrNotExist):
		return given, nil
	}
	return "", fmt.Errorf("-trust: %w", err)
}
