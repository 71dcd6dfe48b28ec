package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// errCases is wrapped when some cases could not be measured; their lines say why.
var errCases = errors.New("some cases could not be measured")

func metricsListCommand() command {
	return command{"metrics list", "[-with DOCUMENTS]", "print key, scope, unit and name of every metric", metricsList}
}

func metricsExplainCommand() command {
	return command{"metrics explain", "[-with DOCUMENTS] KEY", "print a metric: rule, arithmetic, choices, sources and worked examples", metricsExplain}
}

func metricsCheckCommand() command {
	return command{"metrics check", "[-with DOCUMENTS] [-choose KEY:CHOICE=READING] CASES.json", "measure the cases of a file, one JSON line each", metricsCheck}
}

// openMetrics is the standard library and the documents that -with names, and
// the arguments that are left.
func openMetrics(args []string) (*metric.Library, []string, error) {
	library, err := metric.Standard()
	if err != nil {
		return nil, nil, err
	}
	var files []*document.File
	for len(args) > 1 && args[0] == "-with" {
		paths, err := filepath.Glob(args[1])
		if err != nil || len(paths) == 0 {
			return nil, nil, fmt.Errorf("%w: no document at %s", errUsage, args[1])
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, nil, err
			}
			f, err := document.Parse(path, data)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, f)
		}
		args = args[2:]
	}
	library, err = library.With(files...)
	return library, args, err
}

func metricsList(_ context.Context, s streams, args []string) error {
	library, rest, err := openMetrics(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: list takes no key", errUsage)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, k := range library.Keys() {
		m, _ := library.Metric(k)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k, m.Scope(), m.Unit(), m.Name())
	}
	return w.Flush()
}

func metricsExplain(ctx context.Context, s streams, args []string) error {
	library, rest, err := openMetrics(args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("%w: give one key", errUsage)
	}
	m, ok := library.Metric(metric.Key(rest[0]))
	if !ok {
		return fmt.Errorf("there is no metric %q; trueup metrics list shows all", rest[0])
	}
	text, err := m.Describe(ctx)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.out, text)
	return err
}

// metricsCheck prints one JSON line for each case of a file; - reads from the
// standard input. Choices are given as KEY:CHOICE=READING.
func metricsCheck(ctx context.Context, s streams, args []string) error {
	library, rest, err := openMetrics(args)
	if err != nil {
		return err
	}
	choices := metric.Choices{}
	for len(rest) > 1 && rest[0] == "-choose" {
		key, choice, ok := strings.Cut(rest[1], ":")
		name, reading, fits := strings.Cut(choice, "=")
		if !ok || !fits {
			return fmt.Errorf("%w: -choose takes KEY:CHOICE=READING", errUsage)
		}
		choices.Set(metric.Key(key), name, reading)
		rest = rest[2:]
	}
	if len(rest) != 1 {
		return fmt.Errorf("%w: give one file of cases", errUsage)
	}
	in := s.in
	if rest[0] != "-" {
		f, err := os.Open(rest[0])
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from
		in = f
	}
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	failed := 0
	err = library.Check(ctx, in, choices, func(r metric.Result) error {
		if r.Error != "" {
			failed++
		}
		return out.Encode(r)
	})
	if err == nil && failed > 0 {
		err = fmt.Errorf("%w: %d of them", errCases, failed)
	}
	return err
}
