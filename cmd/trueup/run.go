package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

func runCommand() command {
	return command{
		name: "run", args: "[-log DIR|URL] [-key FILE] [-connectors DIR] [-secrets FILE] [-state DIR] [-trust KEY [-lock FILE] [-demand LEVEL -certificates DIR]] [-unpinned] [-json] [-now TIME] [-package DIR -audience NAME -purpose TEXT [-valid DURATION]] [-oscal DIR -system NAME] PLAYBOOK",
		about: "collect from the playbook's sources, judge, and append every stage to the log, a folder or a postgres:// database; -secrets names a JSON file of secret settings by source, -state keeps what sources gave, so that a run that was cut off goes on where it was and the next reads only what changed, and so that plans say what made their positions short since the last run, -trust names the public key, or its file, that signed the lock file of the connectors that may run and the certificates of the level that they must have reached, -unpinned accepts connectors without a checksum, -package writes the run as an audit package, -oscal writes it as OSCAL assessment results and plan of action and as OCSF findings of the system named",
		run:   runPlaybook,
	}
}

// flags makes a flag set whose errors are the command's.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// one parses flags and gives the one argument after them.
func one(f *flag.FlagSet, args []string, what string) (string, error) {
	if err := f.Parse(args); err != nil {
		return "", fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() != 1 {
		return "", fmt.Errorf("%w: %s is needed", errUsage, what)
	}
	return f.Arg(0), nil
}

func runPlaybook(ctx context.Context, s streams, args []string) (err error) {
	f := flags("run")
	logDir := f.String("log", "evidence-log", "")
	keyFile := f.String("key", "", "")
	binDir := f.String("connectors", "", "")
	unpinned := f.Bool("unpinned", false, "")
	secretFile := f.String("secrets", "", "")
	asJSON := f.Bool("json", false, "")
	at := f.String("now", "", "")
	state := f.String("state", "", "")
	trusted := trustFlags(f)
	pack, forms := packageFlags(f), formFlags(f)
	file, err := one(f, args, "a playbook")
	if err != nil {
		return err
	}
	if err := errors.Join(pack.check(), forms.check()); err != nil {
		return err
	}
	relied, err := trusted()
	if err != nil {
		return err
	}
	now, err := instant(*at)
	if err != nil {
		return err
	}
	p, err := playbook.Load(file)
	if err != nil {
		return err
	}
	log, signer, err := openStore(ctx, *logDir, *keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	secrets, err := secretsOf(*secretFile)
	if err != nil {
		return err
	}
	facts, err := gather(ctx, s, p, sources{file: file, dir: *binDir, unpinned: *unpinned, now: now, secrets: secrets, state: *state, trust: relied})
	if err != nil {
		return err
	}
	if err := before(*state, &facts); err != nil {
		return err
	}
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: p, Log: log})
	if err != nil {
		return err
	}
	rep, err := engine.Run(ctx, facts, now)
	if err != nil {
		return err
	}
	if err := keep(*state, facts); err != nil {
		return err
	}
	if err := settle(ctx, s, p, log, rep); err != nil {
		return err
	}
	if err := pack.write(ctx, log, signer, p, rep); err != nil {
		return err
	}
	if err := forms.write(ctx, log, p, rep); err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(rep.Export())
	}
	return rep.WriteText(s.out)
}

// signerOf loads the log's key, or makes one on first use.
func signerOf(file string) (*evidence.Signer, error) {
	signer, err := evidence.LoadKeyFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		origin := "trueup.local/" + filepath.Base(file)
		return evidence.GenerateKeyFile(file, origin)
	}
	return signer, err
}

// sources say where connectors are and how far they are trusted.
type sources struct {
	file, dir string
	// unpinned accepts connectors that the playbook names no checksum for.
	unpinned bool
	now      time.Time
	secrets  map[compliance.SourceID]map[string]string
	// state is the folder in which what sources gave is kept, empty for none.
	state string
	trust collect.Trust
}

// secretsOf reads secret settings by source. The file is apart from the playbook,
// because the playbook goes into the evidence.
func secretsOf(file string) (map[compliance.SourceID]map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out map[compliance.SourceID]map[string]string
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("%s is not an object of sources with their secret settings", file)
	}
	return out, nil
}

// gather collects from the playbook's sources and reports how far it has come.
func gather(ctx context.Context, s streams, p *playbook.Playbook, from sources) (playbook.Facts, error) {
	if from.dir == "" {
		self, err := os.Executable()
		if err != nil {
			return playbook.Facts{}, err
		}
		from.dir = filepath.Dir(self)
	}
	base, err := filepath.Abs(filepath.Dir(from.file))
	if err != nil {
		return playbook.Facts{}, err
	}
	cfg := host.Config{AllowUnpinned: from.unpinned, StateDir: from.state, Now: func() time.Time { return from.now }}
	from.trust.Playbook = p
	if err := from.trust.Into(&cfg); err != nil {
		return playbook.Facts{}, err
	}
	h, err := host.Open(ctx, cfg)
	if err != nil {
		return playbook.Facts{}, err
	}
	facts, err := collect.Estate(ctx, h, p, from.now, collect.Options{
		Dir: from.dir, Base: base, Secrets: from.secrets,
		Progress: func(pr connectors.Progress) {
			fmt.Fprintf(s.err, "%s: %s, %d rows %s\n", pr.Source, pr.Stage, pr.Rows.Total(), pr.Message)
		},
	})
	return facts, errors.Join(err, h.Close(context.WithoutCancel(ctx)))
}

func lintCommand() command {
	return command{
		name: "lint", args: "PLAYBOOK...",
		about: "check playbooks and everything they name",
		run: func(_ context.Context, s streams, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%w: a playbook is needed", errUsage)
			}
			var errs []error
			for _, file := range args {
				p, err := playbook.Load(file)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				fmt.Fprintf(s.out, "%s: %s %s is sound (sha256 %s)\n", file, p.Name(), p.Version(), p.Digest())
			}
			if len(errs) > 0 {
				return fmt.Errorf("found problems:\n%w", errors.Join(errs...))
			}
			return nil
		},
	}
}
