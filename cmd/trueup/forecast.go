package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/forecast"
)

func forecastCommand() command {
	return command{
		name: "forecast", args: "-at DATE -estate DIR [-as-of TIME] [-known-at TIME] [-coverage PERCENT] [-json] RESULT.json...",
		about: "say what positions will be at a renewal or true-up: by the terms that are known and by the trend of results that reconcile -json printed",
		run:   runForecast,
	}
}

func runForecast(ctx context.Context, s streams, args []string) error {
	f := flags("forecast")
	dir := f.String("estate", "", "")
	asJSON := f.Bool("json", false, "")
	coverage := f.String("coverage", "80", "")
	var at instants
	f.Var(&at, "at", "")
	side := datesOf(f)
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if *dir == "" || len(at) != 1 {
		return fmt.Errorf("%w: -estate with a folder and -at with a date are needed", errUsage)
	}
	percent, err := decimal.NewFromString(*coverage)
	if err != nil {
		return fmt.Errorf("%w: -coverage: %q is not a number", errUsage, *coverage)
	}
	in, err := inputOf(*dir, side(0))
	if err != nil {
		return err
	}
	var history []forecast.Sample
	for _, name := range f.Args() {
		samples, err := samplesOf(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		history = append(history, samples...)
	}
	out, err := forecast.At(ctx, in.Input, history, at.side(0), forecast.Options{Coverage: percent})
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(s.out, out)
	}
	return printForecasts(s.out, out)
}

func samplesOf(name string) (samples []forecast.Sample, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return forecast.ReadSamples(file)
}

func printForecasts(w io.Writer, forecasts []forecast.Forecast) error {
	for _, f := range forecasts {
		fmt.Fprintf(w, "%s by %s at %s: owned %s, short %s if use stays as it is\n", f.Product, f.Metric, f.At.Format(time.DateOnly), f.Owned, f.Standing)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, e := range f.Events {
			fmt.Fprintf(t, "  %s\t%s\t%s\towned %s\tshort %s\n", e.At.Format(time.DateOnly), e.Kind, e.ID, e.Owned, e.Short)
		}
		if err := t.Flush(); err != nil {
			return err
		}
		if f.Unknown != "" {
			fmt.Fprintf(w, "  forecast unknown: %s\n", f.Unknown)
			continue
		}
		fmt.Fprintf(w, "  required %s, short %s, from %d samples\n", f.Required, f.Short, f.Samples)
		for _, x := range f.Widths {
			above := "without bound"
			if x.Above.Valid {
				above = "+" + x.Above.Decimal.String()
			}
			fmt.Fprintf(w, "    %s: -%s %s\n", x.Source, x.Below, above)
		}
		fmt.Fprintf(w, "  may be short from %s, is expected to be from %s, is by all bounds from %s\n", dayOf(f.MayBeShort), dayOf(f.LikelyShort), dayOf(f.CertainShort))
	}
	return nil
}

func dayOf(t *time.Time) string {
	if t == nil {
		return "no day"
	}
	return t.Format(time.DateOnly)
}
