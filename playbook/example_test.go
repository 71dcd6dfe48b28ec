package playbook_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
)

func ExampleEngine_Run() {
	if err := runOnce(context.Background(), time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// autodesk/autocad short, 2 short, 4200.00 EUR at risk
	// low TU:1/E:L/T:H/D:N/C:H 2 licenses short of autodesk/autocad
	// case of license.manager, remedy by 2026-12-14
	// plan: buy licenses of autodesk/autocad: 2, by purchasing, 4200.00 EUR
	// log of 9 entries
}

func runOnce(ctx context.Context, now time.Time) error {
	dir, err := os.MkdirTemp("", "trueup-example-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	signer, err := evidence.GenerateKeyFile(filepath.Join(dir, "log.key"), "example.org/log")
	if err != nil {
		return err
	}
	log, err := evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	if err != nil {
		return err
	}
	defer log.Close()
	book, err := playbook.Load("testdata/playbook.yaml")
	if err != nil {
		return err
	}
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: book, Log: log})
	if err != nil {
		return err
	}
	estate := compliance.NewBuilder(now)
	for _, ws := range []compliance.DeviceID{"ws-101", "ws-102", "ws-103"} {
		if err := estate.AddInstall(compliance.Install{Device: ws, Title: catalog.Title{Name: "Autodesk AutoCAD 2025 - English"}}); err != nil {
			return err
		}
	}
	report, err := engine.Run(ctx, playbook.Facts{Estate: estate.Build()}, now)
	if err != nil {
		return err
	}
	for _, p := range report.Short() {
		fmt.Printf("%s %s, %s short, %s at risk\n", p.Product, p.Status, p.Short, p.Exposure)
	}
	for _, f := range report.Findings {
		fmt.Println(f.Severity, f.Vector, f.Message)
	}
	for _, c := range report.Cases {
		fmt.Printf("case of %s, remedy by %s\n", c.Owner, c.Due.Remedy.At.Format(time.DateOnly))
	}
	for _, s := range report.Plan.Steps {
		fmt.Printf("plan: %s, by %s, %s\n", s.Verb, s.Owner, s.Cost)
	}
	fmt.Printf("log of %d entries\n", report.Checkpoint.Size)
	return nil
}
