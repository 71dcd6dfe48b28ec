// Command trueup runs license compliance playbooks and looks into their parts.
//
// It is one small program over the library: each command reads files, calls a
// public package and prints. Whatever it can do, an embedding program can do
// with the same calls.
//
// Exit status: 0 done, 1 failed or something was found wanting, 2 wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// streams are what a command reads and writes, so that tests can run one
// without a process.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one verb of the program. A verb of two words ("facts cpu") is
// looked up before a verb of one.
type command struct {
	name  string
	args  string
	about string
	run   func(ctx context.Context, io streams, args []string) error
}

// commands lists the verbs in the order in which usage prints them.
func commands() []command {
	return slices.Concat([]command{
		runCommand(),
		lintCommand(),
		simulateCommand(),
		planCommand(),
		requestCommand(),
		approveCommand(),
		executeCommand(),
		confirmCommand(),
		statusCommand(),
		pauseCommand(),
		resumeCommand(),
		cancelCommand(),
		objectCommand(),
		compensateCommand(),
		delegateCommand(),
		renewalsCommand(),
		signOffCommand(),
		closeCommand(),
		lessonsCommand(),
		verifyCommand(),
		logExportCommand(),
		discloseCommand(),
		bundleVerifyCommand(),
		grantCommand(),
		grantRevokeCommand(),
		holdPlaceCommand(),
		holdReleaseCommand(),
		holdListCommand(),
		reconcileCommand(),
		explainCommand(),
		diffCommand(),
		certificateCheckCommand(),
		forecastCommand(),
		recogniseCommand(),
		factsCPUCommand(),
		factsUsageCommand(),
		metricsListCommand(),
		metricsExplainCommand(),
		metricsCheckCommand(),
		connectorCheckCommand(),
		connectorKeyCommand(),
		connectorLockCommand(),
		runCasesCommand(),
		listCasesCommand(),
		showCaseCommand(),
		explainCaseCommand(),
		mergeCasesCommand(),
		drillCommand(),
	}, peopleCommands(), inquiryCommands())
}

// errUsage is wrapped by a command's error when its arguments are wrong.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

func run(ctx context.Context, io streams, args []string) int {
	c, rest, ok := lookup(args)
	if !ok {
		usage(io.err)
		return 2
	}
	err := c.run(ctx, io, rest)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(io.err, "trueup %s: %v\nusage: trueup %s %s\n", c.name, err, c.name, c.args)
		return 2
	}
	fmt.Fprintf(io.err, "trueup %s: %v\n", c.name, err)
	return 1
}

// lookup finds the verb that args start with, the longer name first.
func lookup(args []string) (command, []string, bool) {
	for words := min(2, len(args)); words > 0; words-- {
		name := args[0]
		if words == 2 {
			name += " " + args[1]
		}
		for _, c := range commands() {
			if c.name == name {
				return c, args[words:], true
			}
		}
	}
	return command{}, nil, false
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "trueup runs license compliance playbooks.")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  trueup %s %s\n        %s\n", c.name, c.args, c.about)
	}
}
