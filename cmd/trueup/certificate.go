package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/trueup-dev/trueup/compliance/certificate"
)

// errRefused is returned when a certificate does not hold; its lines say why.
var errRefused = errors.New("not every certificate holds")

func certificateCheckCommand() command {
	return command{
		name: "certificate check", args: "FILE",
		about: "check that positions are the cheapest lawful ones: a certificate, or what reconcile -json printed; - reads standard input",
		run:   checkCertificates,
	}
}

func checkCertificates(_ context.Context, s streams, args []string) error {
	f := flags("certificate check")
	file, err := one(f, args, "a file")
	if err != nil {
		return err
	}
	text, err := readAll(s, file)
	if err != nil {
		return err
	}
	found, err := findCertificates(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	refused, err := printChecks(s.out, found)
	if err == nil && refused > 0 {
		err = fmt.Errorf("%w: %d of %d refused", errRefused, refused, len(found))
	}
	return err
}

func readAll(s streams, file string) ([]byte, error) {
	in := s.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // only read from
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, 4*certificate.MaxSize+1))
	if err == nil && len(text) > 4*certificate.MaxSize {
		err = fmt.Errorf("%s: more than %d bytes", file, 4*certificate.MaxSize)
	}
	return text, err
}

// claim is a certificate with the position that it is about.
type claim struct {
	name, currency string
	text           json.RawMessage
}

// findCertificates finds the certificates in a file: one, or those of positions.
func findCertificates(text []byte) ([]claim, error) {
	var file struct {
		Parts     json.RawMessage `json:"parts"`
		Positions []struct {
			Product     string                    `json:"product"`
			Metric      string                    `json:"metric"`
			Exposure    struct{ Currency string } `json:"exposure"`
			Certificate json.RawMessage           `json:"certificate"`
		} `json:"positions"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	if file.Parts != nil {
		return []claim{{name: "certificate", text: text}}, nil
	}
	var found []claim
	for _, p := range file.Positions {
		if len(p.Certificate) > 0 && string(p.Certificate) != "null" {
			found = append(found, claim{p.Product + " by " + p.Metric, p.Exposure.Currency, p.Certificate})
		}
	}
	if len(found) == 0 {
		return nil, errors.New("it holds no certificate; trueup reconcile -json -certificates writes them")
	}
	return found, nil
}

// printChecks checks certificates, one line each and one for each failure, and
// counts those that do not hold.
func printChecks(w io.Writer, found []claim) (refused int, err error) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "POSITION\tVERDICT\tAT RISK\tAT LEAST\tVALUE USED\tAT LEAST\tCURRENCY")
	var failures []string
	for _, f := range found {
		c, err := certificate.Parse(f.text)
		if err == nil {
			err = certificate.Check(c)
		}
		verdict := "accepted"
		switch {
		case err != nil:
			verdict = "refused"
			refused++
			failures = append(failures, fmt.Sprintf("%s: %v", f.name, err))
		case !c.Optimal():
			verdict = "accepted with a gap"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.name, verdict, c.Cost.Risk, c.Bound.Risk, c.Cost.Value, c.Bound.Value, f.currency)
	}
	if err := t.Flush(); err != nil {
		return refused, err
	}
	for _, f := range failures {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return refused, err
		}
	}
	return refused, nil
}
