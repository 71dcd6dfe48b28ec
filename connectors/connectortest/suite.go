package connectortest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// Target is the connector to judge: a binary, in whatever language, with
// settings under which it finds something to read.
type Target struct {
	Path            string
	Config, Secrets map[string]string
	// Env names variables of this process's environment that the connector needs.
	Env []string
	// Actions are tried, dry and in earnest; each must have something to do. They
	// change the source. TicketFields are those of a ticket that is opened.
	Actions      []connectors.Action
	TicketFields map[string]string
}

// Options bound the judging. The zero value is good for a connector that reads
// files.
type Options struct {
	// Start, Idle and Run are those of [host.Limits]; 10 s, 10 s and 2 min.
	Start, Idle, Run time.Duration
	// Rows and Bytes bound a full reading; five million and a gigabyte.
	Rows, Bytes int64
	// Only names the checks to run beside "describe"; nil runs all.
	Only []string
}

// Verdict is what a check came to.
type Verdict uint8

// The verdicts. A check is skipped when the connector declares that it does not
// apply, or does not claim what it tests.
const (
	Invalid Verdict = iota
	Passed
	Broken
	Skipped
)

var verdicts = [...]string{"invalid", "passed", "broken", "skipped"}

// String is the verdict in lower case.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return verdicts[Invalid]
}

// Outcome is the outcome of one check.
type Outcome struct {
	// Check is its name, Rule what the protocol demands.
	Check, Rule string
	Verdict     Verdict
	// Why says what was seen instead, or why the check was skipped.
	Why string
}

// Report is the outcome of all checks, in their order.
type Report struct {
	Connector connectors.Description
	SHA256    string
	Outcomes  []Outcome
}

// Err is nil when no rule is broken; else it joins one error for each that is.
func (r Report) Err() error {
	var errs []error
	for _, o := range r.Outcomes {
		if o.Verdict == Broken {
			errs = append(errs, fmt.Errorf("%s: %s; %s", o.Check, o.Rule, o.Why))
		}
	}
	return errors.Join(errs...)
}

// check is one rule and how to try it.
type check struct {
	name, rule string
	level      trust.Level
	// try returns nil when the rule holds, a *skip when it does not apply.
	try func(ctx context.Context, s *suite) error
}

// skip is the error of a check that does not apply.
type skip struct{ why string }

func (s *skip) Error() string { return s.why }

// acting marks the checks that change something. They are no level of their own:
// a connector of any level may act.
const acting = trust.None

// checks lists all checks. The list only grows: see TestChecksOnlyGrow.
func checks() []check {
	return []check{
		{"person", "started by a person, it prints nothing to standard output and exits with a status other than 0", trust.Process, tryPerson},
		{"handshake", "the first line on standard output is the handshake, within the time for starting", trust.Process, tryHandshake},
		{"version", "a host of a later version is answered with the connector's own version", trust.Process, tryVersion},
		{"orphan", "when standard input ends, the process ends within two seconds", trust.Process, tryOrphan},
		{"describe", "it names itself, its version, the kinds that it gives, and documents every setting", trust.Process, tryDescribe},
		{"unknown setting", "a setting that it does not describe is refused as bad configuration", trust.Process, tryUnknownSetting},
		{"missing setting", "without a required setting the configuration is refused", trust.Process, tryMissingSetting},
		{"old version", "of the versions that a host speaks it takes the one that it knows", trust.Process, tryOldVersion},
		{"health", "it serves the health service as go-plugin expects it", trust.Process, tryHealth},
		{"stranger", "a client without the host's certificate is not served", trust.Process, tryStranger},
		{"garbage", "garbage on its socket does not end it", trust.Process, tryGarbage},
		{"unknown call", "a call that it does not know is answered as unimplemented", trust.Process, tryUnknownCall},
		{"wrong value", "a value that is not among those allowed is refused", trust.Process, tryWrongValue},
		{"exposed secret", "a secret among the plain settings is refused", trust.Process, tryExposedSecret},
		{"unconfigured", "an instance that is not configured is not read", trust.Process, tryUnconfigured},
		{"released", "a released instance is forgotten", trust.Process, tryReleased},
		{"unknown verb", "an action that it does not declare is refused", trust.Process, tryUnknownVerb},
		{"check", "good settings pass its own check", trust.Reading, tryCheck},
		{"collect", "a full reading reaches its end without an error", trust.Reading, tryCollect},
		{"kinds", "it gives rows of the kinds that it declares and no others", trust.Reading, tryKinds},
		{"whole", "a full reading says that the source is complete", trust.Reading, tryWhole},
		{"identities", "no device, user or install comes twice in one reading", trust.Reading, tryIdentities},
		{"references", "every install is on a device of the reading", trust.Reading, tryReferences},
		{"repeatable", "a second reading of an unchanged source is the same, byte for byte", trust.Reading, tryRepeatable},
		{"cancel", "a reading that is cancelled ends, and the process with it", trust.Reading, tryCancel},
		{"secrets", "no secret shows in an error, a problem, a progress report or a row", trust.Reading, trySecrets},
		{"quiet", "nothing is printed to standard output after the handshake", trust.Reading, tryQuiet},
		{"end", "batches are numbered without gaps, the end comes last, and the rows are those of every reading", trust.Reading, tryEnd},
		{"instances", "several instances in one process read side by side", trust.Reading, tryInstances},
		{"apart", "an instance gives the same when another with other secrets is in its process, and shows nothing of them", trust.Reading, tryApart},
		{"only", "rows of kinds that were not asked for do not come", trust.Reading, tryOnly},
		{"message limit", "no message is larger than the host allows", trust.Reading, tryMessageLimit},
		{"row limit", "no batch has more rows than the host allows", trust.Reading, tryRowLimit},
		{"bounded", "a full reading comes to an end within the rows and bytes allowed", trust.Reading, tryBounded},
		{"slow reader", "a host that reads slowly gets everything", trust.Reading, trySlowReader},
		{"frozen", "stopped for a moment and continued, it goes on", trust.Reading, tryFrozen},
		{"killed", "killed in the middle of a reading, it leaves nothing that disturbs the next", trust.Reading, tryKilled},
		{"tombstones", "a reading from the beginning removes nothing", trust.Reading, tryTombstones},
		{"totals", "the totals that it states are those of what it sends", trust.Reading, tryTotals},
		{"canary", "no secret is printed", trust.Reading, tryCanary},
		{"foreign cursor", "a cursor that is not its own is refused or ignored; it neither crashes nor hangs", trust.Resuming, tryForeignCursor},
		{"nothing new", "resumed from its last cursor, an unchanged source gives no rows", trust.Resuming, tryNothingNew},
		{"resume", "cut off after any checkpoint and resumed from it, it gives in all what a full reading does", trust.Resuming, tryResume},
		{"dry act", "a dry run says what would be done and changes nothing", acting, tryDryAct},
		{"act", "an action does what its dry run said, with the same state before and after", acting, tryAct},
		{"act again", "the same action a second time changes nothing", acting, tryActAgain},
		{"ticket", "the same key never opens two tickets", acting, tryTicket},
	}
}

// Checks lists the names of the checks, in order.
func Checks() []string {
	var names []string
	for _, c := range checks() {
		names = append(names, c.name)
	}
	return names
}

// Run judges a connector. The error is about the judging itself: a binary that
// is not there, a context that ended. What the connector does wrong is in the
// report.
func Run(ctx context.Context, target Target, opts Options) (Report, error) {
	s, err := newSuite(ctx, target, opts)
	if err != nil {
		return Report{}, err
	}
	report := Report{SHA256: s.source.SHA256}
	for _, c := range checks() {
		if err := ctx.Err(); err != nil {
			return report, errors.Join(err, s.host.Close(context.WithoutCancel(ctx)))
		}
		if opts.Only == nil || c.name == "describe" || slices.Contains(opts.Only, c.name) {
			report.Outcomes = append(report.Outcomes, s.judge(ctx, c))
		}
	}
	report.Connector = s.about
	return report, s.host.Close(ctx)
}

// suite is the state that checks share.
type suite struct {
	target Target
	opts   Options
	host   *host.Host
	source host.Source
	about  connectors.Description
	// full is a full reading, made once; done are the actions carried out.
	full *reading
	done []connectors.Effect
}

// reading is what one collection gave.
type reading struct {
	host.Result
	rows     Recorder
	progress []connectors.Progress
}

func newSuite(ctx context.Context, target Target, opts Options) (*suite, error) {
	sum, err := host.Checksum(target.Path)
	if err != nil {
		return nil, err
	}
	if opts.Start == 0 {
		opts.Start = 10 * time.Second
	}
	if opts.Idle == 0 {
		opts.Idle = 10 * time.Second
	}
	opts.Run = cmp.Or(opts.Run, 2*time.Minute)
	opts.Rows = cmp.Or(opts.Rows, 5_000_000)
	opts.Bytes = cmp.Or(opts.Bytes, 1<<30)
	h, err := host.Open(ctx, host.Config{Env: target.Env, Limits: host.Limits{Start: opts.Start, Idle: opts.Idle, Run: opts.Run, Stop: 2 * time.Second, Rows: opts.Rows, Bytes: opts.Bytes}})
	if err != nil {
		return nil, err
	}
	src := host.Source{ID: "conformance", Path: target.Path, SHA256: sum, Config: target.Config, Secrets: target.Secrets}
	return &suite{target: target, opts: opts, host: h, source: src}, nil
}

func (s *suite) judge(ctx context.Context, c check) Outcome {
	o := Outcome{Check: c.name, Rule: c.rule, Verdict: Passed}
	if i := slices.IndexFunc(s.about.Skips, func(k connectors.Skip) bool { return k.Check == c.name }); i >= 0 {
		o.Verdict, o.Why = Skipped, "the connector declares: "+s.about.Skips[i].Reason
		return o
	}
	err := c.try(ctx, s)
	var skipped *skip
	switch {
	case errors.As(err, &skipped):
		o.Verdict, o.Why = Skipped, skipped.why
	case err != nil:
		o.Verdict, o.Why = Broken, err.Error()
	}
	return o
}

// read collects once.
func (s *suite) read(ctx context.Context, change func(*host.Source), progress func(connectors.Progress)) (*reading, error) {
	src := s.source
	if change != nil {
		change(&src)
	}
	r := &reading{}
	results, err := s.host.Collect(ctx, []host.Source{src}, &r.rows, func(p connectors.Progress) {
		r.progress = append(r.progress, p)
		if progress != nil {
			progress(p)
		}
	})
	if len(results) == 1 {
		r.Result = results[0]
	}
	return r, err
}

// whole gives the full reading, or the reason why there is none.
func (s *suite) whole(ctx context.Context) (*reading, error) {
	if s.full == nil {
		r, err := s.read(ctx, nil, nil)
		if err != nil {
			return nil, err
		}
		s.full = r
	}
	if s.full.Err != nil {
		return s.full, s.full.Err
	}
	return s.full, nil
}
