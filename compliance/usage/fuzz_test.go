package usage

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// Each target feeds one parser with the inputs of testdata, whole and by line, and
// asks of any text that reading does not panic, that a report is consistent, and
// that reading twice gives the same report.

func FuzzDebugLog(f *testing.F) { fuzz(f, FormatDebugLog) }
func FuzzLmstat(f *testing.F)   { fuzz(f, FormatLmstat) }
func FuzzRLM(f *testing.F)      { fuzz(f, FormatRLM) }
func FuzzLMX(f *testing.F)      { fuzz(f, FormatLMX) }
func FuzzLSDyna(f *testing.F)   { fuzz(f, FormatLSDyna) }
func FuzzOLicense(f *testing.F) { fuzz(f, FormatOLicense) }
func FuzzDSLS(f *testing.F)     { fuzz(f, FormatDSLS) }

// FuzzDetect reads what is found by content.
func FuzzDetect(f *testing.F) { fuzz(f, FormatUnknown) }

func fuzz(f *testing.F, format Format) {
	for _, name := range inputs(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if found := detect(string(text)); format == FormatUnknown || found == format {
			f.Add(string(text))
		}
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := Options{Format: format, Zone: madrid}
		report, err := Read(t.Context(), strings.NewReader(text), o)
		checkReport(t, report, err)
		again, err2 := Read(t.Context(), strings.NewReader(text), o)
		if describe(report, err) != describe(again, err2) {
			t.Fatal("a second reading differs")
		}
	})
}

func checkReport(t *testing.T, r *Report, err error) {
	t.Helper()
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("not an *Error: %v", err)
		}
		if r != nil && len(r.Features) > 0 {
			t.Fatal("features came with an error")
		}
		return
	}
	if len(r.Features) == 0 {
		t.Fatal("neither features nor an error")
	}
	for i := range r.Features {
		f := &r.Features[i]
		if f.Status == Uncounted && f.Owned != nil {
			t.Fatal("an uncounted feature has a number")
		}
		p, err := f.Peak()
		if err != nil {
			if !errors.Is(err, ErrCheckout) {
				t.Fatal(err)
			}
			continue
		}
		if p != nil && p.AtMost != nil && p.AtLeast > *p.AtMost {
			t.Fatalf("bounds cross: %d > %d", p.AtLeast, *p.AtMost)
		}
	}
}
