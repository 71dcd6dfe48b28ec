package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/connectors/connectortest"
)

func connectorCheckCommand() command {
	return command{
		name:  "connector check",
		args:  "[-start DURATION] [-secret NAME=VALUE]... [-action ACTION]... [-key FILE -certificate FILE] BINARY [NAME=VALUE]...",
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
	var try actions
	flags.Var(&try, "action", "an action to try in earnest, as \"VERB KIND NAME=VALUE,...\"; it changes the source")
	start := flags.Duration("start", 0, "how long it may take until it serves; 0 is 10s")
	key := flags.String("key", "", "file of the private key that signs the certificate")
	certificate := flags.String("certificate", "", "file for a signed certificate of the level reached")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("%w: name the connector's binary", errUsage)
	}
	if (*key == "") != (*certificate == "") {
		return fmt.Errorf("%w: -key and -certificate go together", errUsage)
	}
	for _, arg := range flags.Args()[1:] {
		if err := settings.Set(arg); err != nil {
			return fmt.Errorf("%w: setting %q: %w", errUsage, arg, err)
		}
	}
	report, err := connectortest.Run(ctx, connectortest.Target{Path: flags.Arg(0), Config: settings, Secrets: secrets, Actions: try}, connectortest.Options{Start: *start})
	if err != nil {
		return err
	}
	if *certificate != "" {
		if err := certify(report, *key, *certificate); err != nil {
			return err
		}
	}
	return printReport(io.out, report)
}

// certify writes what the report comes to.
func certify(r connectortest.Report, key, to string) error {
	private, err := readKey(key)
	if err != nil {
		return err
	}
	signed, err := r.Certificate().Sign(private)
	if err != nil {
		return err
	}
	return os.WriteFile(to, signed, 0o600)
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
	c := r.Certificate()
	fmt.Fprintf(w, "level %s, acts %t\n", c.Level, c.Acts)
	fmt.Fprintf(w, "%d passed, %d skipped, %d broken\n", count[connectortest.Passed], count[connectortest.Skipped], count[connectortest.Broken])
	if n := count[connectortest.Broken]; n > 0 {
		return fmt.Errorf("%d rules are broken", n)
	}
	return nil
}
