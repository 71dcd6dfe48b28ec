package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	inuse "github.com/trueup-dev/trueup/compliance/usage"
)

// factsUsageCommand prints what licence server logs and status outputs say of
// concurrent use; see factsUsageHelp for the line that it prints.
func factsUsageCommand() command {
	return command{
		name:  "facts usage",
		args:  "[-zone ZONE] [-at INSTANT] [-format FORMAT] [-by hour|day|month] FILE...",
		about: "print concurrent use from licence server logs and status outputs, one JSON line a feature (-help describes it)",
		run:   runFactsUsage,
	}
}

const factsUsageHelp = `usage: trueup facts usage [flags] FILE...

Reads debug logs and status outputs of licence servers and prints one JSON line
for each feature of each file. "-" reads standard input. A file that cannot be
measured is an error; the others are still read, and the exit status is 1.

  -zone ZONE      zone of the local times in the files, as Europe/Madrid (UTC)
  -at INSTANT     when a status was taken, or a log ended, for files that do not
                  say, as 2026-03-31T23:59:59Z
  -format FORMAT  one of %v, instead of finding it by content
  -by PERIOD      hour, day or month: logs are also measured by period

null means that the file does not say; spans run from their first instant up to
but not including their last; averages are exact fractions in quotes.

  file, format, zone, feature, vendor
  status      counted, uncounted, expired, refused, or unknown (logs)
  owned       licences issued
  in_use      licences in use at the instant "at" of a status, reserved included
  pool        set where features share licences: owned and in_use are the pool's,
              in_use_self is the feature's part
  covers      {from, to} of a log; undated is true if it names no date and its
              days count from 1970-01-01
  series      [{at, owned, in_use}]: every status of a file that holds several of
              one server; the other fields are those of the last, the peak that of
              all
  peak        {at_least, at_most, instants [{from, to}], sure_instants, holders
              [{user, host, licenses}], in_log_order}: at_most counts doubtful
              checkouts as long as they may have lasted and instants are all the
              times of it; at_least and sure_instants count them as long as is
              sure; holders are those at the first instant; in_log_order is the
              count in the order of the lines, which tells apart what happened
              within one second
  users       [{user, hosts, checkouts}], a user once whatever the spelling
  checkouts   how many there are; holders [{user, host, version, licenses, since}]
              lists those of a status
  lots        [{version, licenses, uncounted, in_use, permanent, expires, from}]:
              expires is the first instant not covered any more
  denials     [{event, reason, requests, licenses, first, last}]
  queue       {requests, licenses, served}
  periods     with -by, [{from, to, peak_at_least, peak_at_most, average_at_least,
              average_at_most, users, hosts}]
  doubts      [{kind (repaired, doubtful), what, count, line}]
  unknown     the fields that the file does not say
  lines       read; unparsed {count, first [{line, column, problem, text}]} those
              not understood
`

type factsUsageFlags struct {
	options inuse.Options
	period  inuse.Period
	files   []string
}

func runFactsUsage(ctx context.Context, io streams, args []string) error {
	f, err := parseFactsUsage(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = fmt.Fprintf(io.out, factsUsageHelp, inuse.Formats())
	}
	if err != nil || len(f.files) == 0 {
		return err
	}
	enc := json.NewEncoder(io.out)
	enc.SetEscapeHTML(false)
	failed := 0
	for _, name := range f.files {
		if err := f.file(ctx, io.in, name, enc); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(io.err, "trueup facts usage: %v\n", err)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be measured", failed, len(f.files))
	}
	return nil
}

func parseFactsUsage(args []string) (f factsUsageFlags, err error) {
	set := flag.NewFlagSet("facts usage", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	zone := set.String("zone", "UTC", "")
	at := set.String("at", "", "")
	format := set.String("format", "", "")
	by := set.String("by", "", "")
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return f, err
	case err != nil:
		return f, fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.files = set.Args(); len(f.files) == 0 {
		return f, fmt.Errorf("%w: name at least one file", errUsage)
	}
	if f.options.Zone, err = time.LoadLocation(*zone); err != nil {
		return f, fmt.Errorf("%w: -zone: %w", errUsage, err)
	}
	if *at != "" {
		if f.options.At, err = time.Parse(time.RFC3339, *at); err != nil {
			return f, fmt.Errorf("%w: -at is an instant such as 2026-03-31T23:59:59Z: %w", errUsage, err)
		}
	}
	if *format != "" {
		if f.options.Format = inuse.ParseFormat(*format); f.options.Format == inuse.FormatUnknown {
			return f, fmt.Errorf("%w: -format is one of %v", errUsage, inuse.Formats())
		}
	}
	var ok bool
	periods := map[string]inuse.Period{"": inuse.PeriodInvalid, "hour": inuse.Hour, "day": inuse.Day, "month": inuse.Month}
	if f.period, ok = periods[*by]; !ok {
		return f, fmt.Errorf("%w: -by is hour, day or month", errUsage)
	}
	return f, nil
}

func (f factsUsageFlags) file(ctx context.Context, in io.Reader, name string, enc *json.Encoder) (err error) {
	r := in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		r = file
	}
	o := f.options
	o.Name = name
	report, err := inuse.Read(ctx, r, o)
	if err != nil {
		return err
	}
	for i := range report.Features {
		fact, err := newUsageFact(name, report, &report.Features[i], f.period)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := enc.Encode(fact); err != nil {
			return err
		}
	}
	return nil
}
