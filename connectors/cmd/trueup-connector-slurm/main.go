// Command trueup-connector-slurm reads the licenses that a Slurm cluster hands out to
// its jobs: how many there are, how many are in use now, and, where the cluster keeps
// accounts, the peak of each feature and calendar day.
//
// It asks Slurm's own commands (scontrol, squeue, sacct, sacctmgr), or reads what they
// printed from a folder, for a cluster that nothing may be run on.
//
// # What is counted
//
// Slurm counts licenses for jobs, whether their programs take them or not. In use is
// what running jobs were allocated; what a reservation keeps is not in use. The peak of
// a day is exact to the second, as Slurm keeps time: every job is an interval from its
// start to its end, and every incarnation of a requeued job is one. A suspended job
// counts as if it went on. A job that ended in the second in which it started counts
// nothing: a thousand tasks that fail at once may have had one license after another.
// The totals of a collection say how many there were.
//
// Two things leave a peak in doubt, and then the most that it can have been is given.
// A job that accounting takes for running while the controller does not know it has
// lost its end. And only the features of AccountingStorageTRES are in the accounts: of
// others the use now is given, and a problem.
//
// The same feature on several license servers (ansys@one, ansys@two) is one title.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:        "slurm",
		Version:     "1.0.0",
		Summary:     "reads licenses and their use from Slurm",
		Kinds:       []connectors.Kind{connectors.Usage, connectors.Entitlement},
		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "path", Doc: "folder with what the commands printed; empty runs them"},
			{Name: "conf", Doc: "slurm.conf of the cluster, where it is not in its usual place"},
			{Name: "bin", Doc: "folder of Slurm's commands, where they are not on the path"},
			{Name: "since", Doc: "day from which peaks are read from the accounts, such as 2026-01-01; empty reads only what is in use now"},
			{Name: "zone", Default: "UTC", Doc: "zone in which a day begins, such as Europe/Madrid"},
			{Name: "publisher", Doc: "publisher of the features that publishers does not name"},
			{Name: "publishers", Doc: "publishers by feature, such as matlab=MathWorks, ansys=Ansys"},
		},
	}
}

type collector struct{}

// Check asks for the configuration of the cluster.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	j, err := open(s)
	if err != nil {
		return err
	}
	_, err = j.config(ctx)
	return err
}

// job is a collection whose settings were found good.
type job struct {
	source     source
	zone       *time.Location
	since      time.Time
	publisher  string
	publishers map[string]string
}

func open(s connectors.Settings) (*job, error) {
	j := &job{publisher: s.Values["publisher"], publishers: map[string]string{}}
	var errs []error
	var err error
	if j.zone, err = time.LoadLocation(s.Values["zone"]); err != nil {
		errs = append(errs, fmt.Errorf("setting zone is %q, want one such as Europe/Madrid", s.Values["zone"]))
		j.zone = time.UTC
	}
	if since := s.Values["since"]; since != "" {
		if j.since, err = time.ParseInLocation(time.DateOnly, since, j.zone); err != nil {
			errs = append(errs, fmt.Errorf("setting since is %q, want a day such as 2026-01-01", since))
		}
	}
	for _, pair := range strings.Split(s.Values["publishers"], ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		feature, publisher, ok := strings.Cut(pair, "=")
		if feature = strings.TrimSpace(feature); !ok || feature == "" {
			errs = append(errs, fmt.Errorf("setting publishers has %q, want feature=publisher", pair))
		}
		j.publishers[feature] = strings.TrimSpace(publisher)
	}
	if j.source, err = sourceOf(s); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	return j, nil
}
