package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook/audit"
)

func verifyCommand() command {
	return command{
		name: "verify", args: "-key FILE.pub [-policy FILE] [-remembered CHECKPOINT[,…]] [-audience NAME] [-now TIME] FOLDER",
		about: "check a log folder, or an audit package and compute its run anew, with nothing but the log's public key",
		run:   verifyFolder,
	}
}

func verifyFolder(ctx context.Context, s streams, args []string) error {
	f := flags("verify")
	keyFile := f.String("key", "", "")
	policyFile := f.String("policy", "", "")
	remembered := f.String("remembered", "", "")
	audience := f.String("audience", "", "")
	at := f.String("now", "", "")
	dir, err := one(f, args, "the folder of a log or an audit package")
	if err != nil {
		return err
	}
	if *keyFile == "" {
		return fmt.Errorf("%w: -key with the public key is needed", errUsage)
	}
	now, err := instant(*at)
	if err != nil {
		return err
	}
	opts, err := verifyOptions(*keyFile, *policyFile, *remembered)
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		report, err := verify.Folder(ctx, os.DirFS(dir), opts)
		if err != nil {
			return err
		}
		fmt.Fprint(s.out, report.String())
		return report.Err()
	}
	if err != nil {
		return err
	}
	report, err := audit.Verify(ctx, os.DirFS(dir), verify.PackageOptions{Options: opts, Audience: *audience, Now: now})
	if err != nil {
		return err
	}
	fmt.Fprint(s.out, report.String())
	return report.Err()
}

// verifyOptions reads the files that the flags name.
func verifyOptions(keyFile, policyFile, remembered string) (verify.Options, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return verify.Options{}, err
	}
	opts := verify.Options{Key: string(key)}
	if policyFile != "" {
		text, err := os.ReadFile(policyFile)
		if err != nil {
			return opts, err
		}
		if opts.Policy, err = cosign.ParsePolicy(policyFile, text); err != nil {
			return opts, err
		}
	}
	for name := range strings.SplitSeq(remembered, ",") {
		if name == "" {
			continue
		}
		note, err := os.ReadFile(name)
		if err != nil {
			return opts, err
		}
		opts.Remembered = append(opts.Remembered, note)
	}
	return opts, nil
}
