package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
)

func connectorKeyCommand() command {
	return command{
		name:  "connector key",
		args:  "-out FILE NAME",
		about: "make a key that signs lock files and certificates; prints the public key",
		run:   runConnectorKey,
	}
}

func runConnectorKey(_ context.Context, io streams, args []string) error {
	flags := flag.NewFlagSet("connector key", flag.ContinueOnError)
	flags.SetOutput(io.err)
	out := flags.String("out", "", "file for the private key; it must not exist")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() != 1 || *out == "" {
		return fmt.Errorf("%w: give a file and the name of the key", errUsage)
	}
	private, public, err := note.GenerateKey(rand.Reader, flags.Arg(0))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(*out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, private); err != nil {
		_ = f.Close()
		return err
	}
	fmt.Fprintln(io.out, public)
	return f.Close()
}

func connectorLockCommand() command {
	return command{
		name:  "connector lock",
		args:  "-key FILE [-out FILE] BINARY...",
		about: "pin the checksums of connectors in a signed lock file",
		run:   runConnectorLock,
	}
}

func runConnectorLock(_ context.Context, io streams, args []string) error {
	flags := flag.NewFlagSet("connector lock", flag.ContinueOnError)
	flags.SetOutput(io.err)
	key := flags.String("key", "", "file of the private key")
	out := flags.String("out", "", "file to write; empty prints")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if *key == "" || flags.NArg() == 0 {
		return fmt.Errorf("%w: give a key and the binaries", errUsage)
	}
	lock := trust.Lock{}
	for _, path := range flags.Args() {
		name := filepath.Base(path)
		if _, twice := lock[name]; twice {
			return fmt.Errorf("two binaries are called %s", name)
		}
		sum, err := host.Checksum(path)
		if err != nil {
			return err
		}
		lock[name] = sum
	}
	private, err := readKey(*key)
	if err != nil {
		return err
	}
	signed, err := lock.Sign(private)
	if err != nil {
		return err
	}
	if *out == "" {
		_, err = io.out.Write(signed)
		return err
	}
	return os.WriteFile(*out, signed, 0o600)
}

func readKey(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("key: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// actions are given as "VERB KIND NAME=VALUE,NAME=VALUE".
type actions []connectors.Action

// String lists the verbs.
func (a *actions) String() string {
	var verbs []string
	for _, action := range *a {
		verbs = append(verbs, action.Verb.String())
	}
	return strings.Join(verbs, ", ")
}

// Set takes one action.
func (a *actions) Set(s string) error {
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 {
		return fmt.Errorf("want VERB KIND NAME=VALUE,...")
	}
	action := connectors.Action{Key: fmt.Sprint("check-", len(*a)+1), Target: map[string]string{}}
	var ok bool
	if action.Verb, ok = connectors.ParseVerb(parts[0]); !ok {
		return fmt.Errorf("%q is not a verb", parts[0])
	}
	for _, k := range connectors.Kinds() {
		if k.String() == parts[1] {
			action.Kind = k
		}
	}
	if action.Kind == connectors.KindInvalid {
		return fmt.Errorf("%q is not a kind", parts[1])
	}
	for pair := range strings.SplitSeq(parts[2], ",") {
		if err := pairs(action.Target).Set(pair); err != nil {
			return err
		}
	}
	*a = append(*a, action)
	return nil
}
