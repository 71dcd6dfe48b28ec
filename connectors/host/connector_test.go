//go:build unix

package host_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// The test binary is its own connector: started with the handshake's variable
// it serves. What it does wrong, and when, is told by modeVar before it serves
// and by the setting "mode" while it collects.
const modeVar = "TRUEUP_TEST_MODE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(hostVar); dir != "" {
		runHost(dir)
		return
	}
	if os.Getenv("TRUEUP_CONNECTOR") == "" {
		os.Exit(m.Run())
	}
	switch os.Getenv(modeVar) {
	case "chatty":
		fmt.Println("hello from init")
	case "exits":
		fmt.Fprintln(os.Stderr, "no license for this machine")
		os.Exit(3)
	case "mute":
		select {}
	case "old":
		fmt.Println("1|7|unix|/nowhere|grpc|")
		select {}
	case "orphan":
		go func() { _ = exec.Command("sleep", "300").Run() }()
	}
	about := description()
	about.OwnProcess = os.Getenv(modeVar) == "apart"
	sdk.Serve(about, misbehaving{})
}

func description() connectors.Description {
	return connectors.Description{
		Name: "test", Version: "0.1.0", Summary: "does what it is told to do wrong",
		Kinds: connectors.Kinds(), Verbs: []connectors.Verb{connectors.Reclaim},
		Settings: []connectors.Setting{
			{Name: "mode", Required: true, Doc: "what to do wrong"},
			{Name: "rows", Default: "3", Doc: "how many installs"},
			{Name: "password", Secret: true, Doc: "not to be shown"},
		},
	}
}

type misbehaving struct{}

func (misbehaving) Check(_ context.Context, s connectors.Settings) error {
	if s.Values["mode"] == "unauthorised" {
		return &connectors.Error{Kind: connectors.AuthFailed, Err: errors.New("401 for " + s.Secrets["password"])}
	}
	return nil
}

func (misbehaving) Act(_ context.Context, s connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	switch s.Values["mode"] {
	case "dies":
		return connectors.Effect{}, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "panics":
		panic("out of cheese")
	case "unauthorised":
		return connectors.Effect{}, &connectors.Error{Kind: connectors.PermissionDenied, Err: errors.New("may not")}
	}
	before, after := map[string]string{"seat": "yes", "token": s.Secrets["password"]}, map[string]string{"seat": "no"}
	if a.Target["user"] == "nobody" {
		return connectors.Effect{Outcome: connectors.Unchanged, Before: after, After: after}, nil
	}
	return connectors.Effect{Outcome: connectors.Performed, Before: before, After: after}, nil
}

func (misbehaving) Ticket(_ context.Context, _ connectors.Settings, t connectors.Ticket) (connectors.TicketState, error) {
	return connectors.TicketState{Outcome: connectors.Performed, ID: t.Key, State: t.Fields["state"] + " " + t.Title, URL: "https://desk.example.org/1"}, nil
}

func (m misbehaving) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	var rows int
	if _, err := fmt.Sscan(req.Settings.Values["rows"], &rows); err != nil {
		return err
	}
	switch req.Settings.Values["mode"] {
	case "bulk":
		return bulk(rows, to, popular(), asTheyAre)
	case "steps", "crashes once":
		return steps(ctx, rows, req, to)
	case "bulk-fresh":
		return bulk(rows, to, popular(), fresh)
	case "bulk-even":
		return bulk(rows, to, func(i int) int { return i * 7919 % bulkTitles }, asTheyAre)
	}
	if err := to.Device(compliance.Device{ID: "d1", Name: "one", Kind: compliance.Physical, Cores: 8}); err != nil {
		return err
	}
	for i := range rows {
		if err := to.Install(compliance.Install{Device: "d1", Title: catalog.Title{Name: fmt.Sprint("product ", i), Version: "1"}}); err != nil {
			return err
		}
	}
	if err := to.Checkpoint([]byte("half")); err != nil {
		return err
	}
	if err := m.misbehave(ctx, req.Settings, to); err != nil {
		return err
	}
	return to.Complete("", []byte("all"))
}

func (misbehaving) misbehave(ctx context.Context, s connectors.Settings, to *sdk.Writer) error {
	switch s.Values["mode"] {
	case "dies":
		fmt.Fprintln(os.Stderr, "about to die with", s.Secrets["password"])
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "pid":
		return to.User(compliance.User{ID: "pid", Name: fmt.Sprint(os.Getpid())})
	case "meets", "meets and waits", "meets and dies", "meets and freezes":
		return meets(ctx, s, to)
	case "freezes":
		err := syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		<-ctx.Done() // other threads run on for a moment
		return err
	case "sleeps":
		<-ctx.Done()
		select {} // it never comes back
	case "waits":
		<-ctx.Done()
		return ctx.Err()
	case "panics":
		panic("out of cheese")
	case "prints":
		fmt.Println("chatter on standard output")
	case "huge":
		return to.Install(compliance.Install{Device: "d1", Title: catalog.Title{Name: strings.Repeat("x", 5<<20)}})
	case "latin1":
		return to.Install(compliance.Install{Device: "d1", Title: catalog.Title{Name: "caf\xe9"}})
	case "nameless":
		return to.Install(compliance.Install{Device: "d1"})
	case "short":
		to.Total(connectors.Total{Name: "installs", Kind: connectors.Install, Count: 4})
	case "partial":
		return to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: "a.json", Place: "line 3, column 5", Message: "is broken"})
	case "throttled":
		return &connectors.Error{Kind: connectors.Throttled, Err: errors.New("429"), Retry: connectors.Retry{After: time.Minute, Scope: "tenant"}}
	case "starves":
		fmt.Fprintln(os.Stderr, "fatal error: runtime: out of memory")
		for range 100 { // as a runtime's traces follow
			fmt.Fprintln(os.Stderr, "goroutine")
		}
		os.Exit(2)
	case "limits":
		table, err := os.ReadFile("/proc/self/limits")
		return errors.Join(err, to.User(compliance.User{ID: "limits", Name: string(table)}))
	case "writes":
		return os.WriteFile(s.Secrets["password"], []byte("x"), 0o600)
	case "purchases":
		return errors.Join(to.License(license), to.Price(price), to.Membership(membership))
	case "removes":
		return to.DeleteInstall(compliance.Install{Device: "d1", Title: catalog.Title{Name: "gone"}})
	}
	return nil
}

// meeting is where instances of one process wait for one another.
var meeting = struct {
	arrived atomic.Int32
	all     chan struct{}
}{all: make(chan struct{})}

// meets waits until three instances are reading in this process.
func meets(ctx context.Context, s connectors.Settings, to *sdk.Writer) error {
	if err := to.User(compliance.User{ID: "pid", Name: fmt.Sprint(os.Getpid())}); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "met with", s.Secrets["password"])
	if meeting.arrived.Add(1) == 3 {
		close(meeting.all)
	}
	<-meeting.all
	switch s.Values["mode"] {
	case "meets and dies":
		err := syscall.Kill(os.Getpid(), syscall.SIGKILL)
		<-ctx.Done()
		return err
	case "meets and waits":
		<-ctx.Done()
	case "meets and freezes":
		err := syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		<-ctx.Done() // other threads run on for a moment
		return err
	}
	return nil
}

// steps writes devices one by one, each with an install and a checkpoint, and
// goes on from one. The third is renamed late and the fifth goes away.
func steps(ctx context.Context, rows int, req sdk.Request, to *sdk.Writer) error {
	from := 0
	if len(req.Cursor) > 0 {
		if _, err := fmt.Sscan(string(req.Cursor), &from); err != nil {
			return &connectors.Error{Kind: connectors.BadCursor, Err: err}
		}
	}
	for i := from; i < rows; i++ {
		id := compliance.DeviceID(fmt.Sprint("d", i))
		err := errors.Join(to.Device(compliance.Device{ID: id}), to.Install(compliance.Install{Device: id, Title: catalog.Title{Name: fmt.Sprint("product ", i)}}))
		if i == 20 {
			err = errors.Join(err, to.Device(compliance.Device{ID: "d3", Name: "renamed"}), to.DeleteDevice("d5"))
		}
		if err = errors.Join(err, to.Checkpoint(fmt.Append(nil, i+1))); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if i == 10 && req.Settings.Values["mode"] == "crashes once" {
			f, err := os.OpenFile(req.Settings.Secrets["password"], os.O_CREATE|os.O_EXCL, 0o600)
			if err == nil {
				return errors.Join(f.Close(), syscall.Kill(os.Getpid(), syscall.SIGKILL))
			}
		}
		time.Sleep(time.Millisecond) // a source takes its time, so that a kill may fall on any row
	}
	return to.Complete("", fmt.Append(nil, rows))
}

const bulkTitles = 20_000

// popular picks titles as an inventory has them. The draws are made beforehand:
// their logarithms would cost more than the rows.
func popular() func(int) int {
	draw := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, bulkTitles-1)
	drawn := make([]uint16, 1<<18)
	for i := range drawn {
		drawn[i] = uint16(draw.Uint64())
	}
	return func(i int) int { return int(drawn[i%len(drawn)]) }
}

func asTheyAre(t catalog.Title) catalog.Title { return t }

// fresh copies the texts, as a parser makes new ones for every row.
func fresh(t catalog.Title) catalog.Title {
	return catalog.Title{
		Publisher: strings.Clone(t.Publisher), Name: strings.Clone(t.Name), Version: strings.Clone(t.Version),
		ProductCode: strings.Clone(t.ProductCode), Architecture: strings.Clone(t.Architecture),
	}
}

// bulk writes rows of about 190 bytes, forty installs a device. Which of twenty
// thousand titles a row has is for pick to say: in an inventory few titles are
// everywhere and most are rare; evenly spread, hardly a text repeats in a batch.
func bulk(rows int, to *sdk.Writer, pick func(int) int, made func(catalog.Title) catalog.Title) error {
	titles := make([]catalog.Title, bulkTitles)
	for i := range titles {
		titles[i] = catalog.Title{
			Publisher:    fmt.Sprintf("Publisher of Software Number %d Incorporated", i%300),
			Name:         fmt.Sprintf("Product %d for Enterprise Workstations and Servers (64-bit)", i),
			Version:      fmt.Sprintf("%d.%d.%d.0", i%20, i%7, i%9000),
			ProductCode:  fmt.Sprintf("{%08X-0000-4000-8000-000000000000}", i),
			Architecture: "x86_64",
		}
	}
	var id compliance.DeviceID
	for i := range rows {
		if i%40 == 0 {
			id = compliance.DeviceID(fmt.Sprintf("workstation-%09d.example.org", i/40))
			if err := to.Device(compliance.Device{ID: id}); err != nil {
				return err
			}
		}
		if err := to.Install(compliance.Install{Device: id, Title: made(titles[pick(i)])}); err != nil {
			return err
		}
	}
	return to.Complete("", nil)
}
