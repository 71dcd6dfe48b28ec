package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/trueup-dev/trueup/connectors/connectortest"
)

func connectorCheckCommand() command {
	return command{
		name:  "connector check",
		args:  "[-secret NAME=VALUE]... BINARY [NAME=VALUE]...",
		about: "judge a connector, in any language, by the rules of the protocol",
		run:   runConnectorCheck,
	}
}

// pairs are settings given as NAME=VALUE.
type pairs map[string]string

// String is empty: a setting may be a secret.
func (pairs) String() string { return "" }

// Set takes one pair.
func (p pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return errors.New("want NAME=VALUE")
	}
	p[name] = value
	return nil
}

func runConnectorCheck(ctx context.Context, io streams, args []string) error {
	flags := flag.NewFlagSet("connector check", flag.ContinueOnError)
	flags.SetOutput(io.err)
	settings, secrets := pairs{}, pairs{}
	flags.Var(secrets, "secret", "a secret setting, as NAME=VALUE")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("%w: name the connector's binary", errUsage)
	}
	for _, arg := range flags.Args()[1:] {
		if err := settings.Set(arg); err != nil {
			return fmt.Errorf("%w: setting %q: %w", errUsage, arg, err)
		}
	}
	report, err := connectortest.Run(ctx, connectortest.Target{Path: flags.Arg(0), Config: settings, Secrets: secrets}, connectortest.Options{})
	if err != nil {
		return err
	}
	return printReport(io.out, report)
}

func printReport(w io.Writer, r connectortest.Report) error {
	fmt.Fprintf(w, "%s %s, SHA-256 %s\n", r.Connector.Name, r.Connector.Version, r.SHA256)
	count := map[connectortest.Verdict]int{}
	for _, o := range r.Outcomes {
		count[o.Verdict]++
		fmt.Fprintf(w, "%-8s %s", o.Verdict, o.Check)
		if o.Verdict != connectortest.Passed {
			fmt.Fprintf(w, ": %s\n         %s", o.Rule, o.Why)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%d passed, %d skipped, %d broken\n", count[connectortest.Passed], count[connectortest.Skipped], count[connectortest.Broken])
	if n := count[connectortest.Broken]; n > 0 {
		return fmt.Errorf("%d rules are broken", n)
	}
	return nil
}
